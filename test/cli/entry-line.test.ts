// Entries as lines and back: every key and value there is.

import test from 'ava';
import fc from 'fast-check';

import { entryLine, parseEntry } from '../../src/cli/entry-line.js';
import { BadLineError } from '../../src/cli/exit-codes.js';
import { anyKey } from '../support/any-key.js';
import { anyValue } from '../support/any-value.js';
import { checkProperty } from '../support/property.js';

function parse(text: string) {
  return parseEntry(Buffer.from(text), 7);
}

test('any entry comes back from its line, which is one line of plain text', (t) => {
  const property = fc.property(anyKey, anyValue, (key, value) => {
    const line = entryLine({ key, value });
    t.false([...'\n\r\u001b\u009b\u2028'].some((mark) => line.includes(mark)));
    t.deepEqual(parse(line), { key, value });
  });
  checkProperty(t, property, 1000);
});

test('a blank line holds nothing, and ends of lines of other systems do not matter', (t) => {
  for (const text of ['', ' ', '\t \r']) t.is(parse(text), undefined);
  t.deepEqual(parse('{"key":1,"value":2}\r'), { key: 1, value: 2 });
  t.deepEqual(parse(' { "value" : null , "key" : [] } '), { key: [], value: null });
});

test('a line that is none is refused by its number, with column or reason', (t) => {
  for (const [text, message] of [
    ['{"key":1,"value":}', 'line 7, column 18: not JSON: a value was expected'],
    ['{"key":1', /^line 7, column 9: not JSON: the text ends too early/],
    ['[1,2]', 'line 7: not an object with key and value'],
    ['null', 'line 7: not an object with key and value'],
    ['"text"', 'line 7: not an object with key and value'],
    ['{"value":1}', 'line 7: "key" is missing'],
    ['{"key":1}', 'line 7: "value" is missing'],
    ['{"key":1,"value":1,"version":3}', 'line 7: unknown member "version"'],
    ['{"key":{"$bigint":"x"},"value":1}', /^line 7: \{"\$bigint":"x"\} is not a form/],
    ['{"key":1,"value":[{"$date":"?"}]}', /^line 7: .* is not a form/],
    [`{"key":1,"value":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, /^line 7: .*stack/],
  ] as const) {
    t.throws(() => parse(text), { instanceOf: BadLineError, message });
  }
});

test('bytes that are no UTF-8 are refused, and not replaced', (t) => {
  const line = Buffer.concat([
    Buffer.from('{"key":"'),
    Buffer.of(0xff),
    Buffer.from('","value":1}'),
  ]);
  t.throws(() => parseEntry(line, 9), { instanceOf: BadLineError, message: 'line 9: not UTF-8' });
});

test('a member named __proto__ is a member, on both ways', (t) => {
  const value = JSON.parse('{"__proto__":{"a":1},"b":2}');
  const back = parse(entryLine({ key: 'k', value }));
  t.deepEqual(back?.value, value);
  t.true(Object.hasOwn(back?.value as object, '__proto__'));
});

test('an entry that no line can hold is an error that names its key', (t) => {
  for (const value of ['x'.repeat(500), '\u20ac'.repeat(170)]) {
    const bytes = Buffer.byteLength(entryLine({ key: 'large', value }));
    t.is(Buffer.byteLength(entryLine({ key: 'large', value }, bytes)), bytes);
    t.throws(() => entryLine({ key: 'large', value }, bytes - 1), {
      code: 'RECORD_TOO_LARGE',
      message: new RegExp(`key "large" .* ${bytes - 1} bytes`),
    });
  }
});
