// The place at which a text stops being JSON: there is one exactly if JSON.parse refuses it.

import test from 'ava';
import fc from 'fast-check';

import { findJsonFault } from '../../src/cli/json-fault.js';
import { checkProperty } from '../support/property.js';

const FAULTS: readonly (readonly [text: string, column: number, reason: RegExp])[] = [
  ['', 1, /^the text ends too early: a value/],
  ['x', 1, /^a value was expected$/],
  ['{"key":}', 8, /^a value/],
  ['{"key":1,}', 10, /^a name in double quotes/],
  ['{key:1}', 2, /^a name in double quotes/],
  ['{"key" 1}', 8, /^':' was expected/],
  ['{"key":1', 9, /^the text ends too early: ',' or '}'/],
  ['[1 2]', 4, /^',' or ']' was expected/],
  ['[1,]', 4, /^a value/],
  ['[1]]', 4, /^nothing more/],
  ['1 1', 3, /^nothing more/],
  ['"abc', 5, /^the text ends too early: the string/],
  ['"a\\x"', 4, /^not an escape/],
  ['"a\\u12g4"', 4, /^not an escape/],
  ['"a\tb"', 3, /^a control character/],
  ['01', 2, /^nothing more/],
  ['-', 1, /^a value/],
  ['1.', 2, /^nothing more/],
  ['nul', 1, /^a value/],
  ['{"a":[{"b":tru}]}', 12, /^a value/],
  ['\ufeff1', 1, /^a value/],
];

test('the first place that is wrong is named with its reason', (t) => {
  for (const [text, column, reason] of FAULTS) {
    t.throws(() => JSON.parse(text), { instanceOf: SyntaxError }, text);
    const fault = findJsonFault(text);
    t.is(fault?.column, column, text);
    t.regex(fault?.reason ?? '', reason, text);
  }
});

test('what JSON.parse takes has no fault, what it refuses has one', (t) => {
  const mark = fc.constantFrom(...'{}[]:,"\\u01.-+eE tfn\n\ta'.split(''), 'true', 'null', '"a"');
  const noise = fc.array(mark, { maxLength: 14 }).map((marks) => marks.join(''));
  const spoilt = fc.tuple(fc.json(), fc.nat(), mark).map(([json, place, other]) => {
    const at = place % (json.length + 1);
    return json.slice(0, at) + other + json.slice(at + (place % 2));
  });
  let refused = 0;
  const property = fc.property(fc.oneof(noise, spoilt, fc.json()), (text) => {
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
      refused++;
    }
    t.is(findJsonFault(text) === undefined, isJson, text);
  });
  checkProperty(t, property, 3000);
  t.true(refused > 300);
});

test('the place is the one that the engine names, where it names one', (t) => {
  for (const text of ['{"key":1,"value":[1,2}', '{"key":1 2', '[1,2,3,{"a":1}} ']) {
    const error = t.throws(() => JSON.parse(text), { instanceOf: SyntaxError });
    const position = /position (\d+)/.exec(error.message)?.[1];
    t.is(findJsonFault(text)?.column, Number(position) + 1, error.message);
  }
});

test('nesting of any depth costs no stack', (t) => {
  t.is(findJsonFault('['.repeat(1_000_000))?.column, 1_000_001);
  t.is(findJsonFault(`${'['.repeat(300_000)}${']'.repeat(300_000)}`), undefined);
});
