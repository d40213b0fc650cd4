// Keys and values as JSON and back, for every kind of them.

import test from 'ava';
import fc from 'fast-check';

import {
  escapeUnprintable,
  fromJsonForm,
  hexOf,
  jsonText,
  toJsonForm,
} from '../../src/cli/json-form.js';
import { checkProperty } from '../support/property.js';

const FORMS: readonly (readonly [unknown, string])[] = [
  [null, 'null'],
  ['a "text"', '"a \\"text\\""'],
  [1.5, '1.5'],
  [Number.NaN, '{"$number":"NaN"}'],
  [Number.NEGATIVE_INFINITY, '{"$number":"-Infinity"}'],
  [-0, '{"$number":"-0"}'],
  [12n, '{"$bigint":"12"}'],
  [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
  [new Date(Number.NaN), '{"$date":null}'],
  [Uint8Array.of(1, 255), '{"$bytes":"01ff"}'],
  [undefined, '{"$undefined":true}'],
  [['a', 1n], '["a",{"$bigint":"1"}]'],
  [new Map([[1, 'one']]), '{"$map":[[1,"one"]]}'],
  [new Set([2n]), '{"$set":[{"$bigint":"2"}]}'],
  [{ a: { b: 1n } }, '{"a":{"b":{"$bigint":"1"}}}'],
  [{ $bigint: 'no number' }, '{"$object":{"$bigint":"no number"}}'],
  [{ $object: 1 }, '{"$object":{"$object":1}}'],
  [{ $a: 1, b: 2 }, '{"$a":1,"b":2}'],
  [{}, '{}'],
];

test('every kind of value has one form, which gives it back', (t) => {
  for (const [value, text] of FORMS) {
    t.is(jsonText(value), text);
    t.deepEqual(fromJsonForm(JSON.parse(text)), value);
  }
});

test('any value comes back from its text', (t) => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true });
  checkProperty(
    t,
    fc.property(anything, (value) => {
      t.deepEqual(fromJsonForm(JSON.parse(jsonText(value))), value);
    }),
  );
});

test('views, buffers and expressions have a form with their type', (t) => {
  const forms: (readonly [unknown, string])[] = [
    [/a\/b/gi, '{"$regexp":"/a\\\\/b/gi"}'],
    [/(?:)/, '{"$regexp":"/(?:)/"}'],
    [Float64Array.of(1), '{"$view":["Float64Array","000000000000f03f"]}'],
    [BigUint64Array.of(1n), '{"$view":["BigUint64Array","0100000000000000"]}'],
    [Uint8ClampedArray.of(7), '{"$view":["Uint8ClampedArray","07"]}'],
    [new DataView(Uint8Array.of(1, 2).buffer), '{"$view":["DataView","0102"]}'],
    [Buffer.from('ab'), '{"$view":["Buffer","6162"]}'],
    [Uint8Array.of(7).buffer, '{"$buffer":"07"}'],
    [{ $view: 'Buffer', bytes: '00' }, '{"$view":"Buffer","bytes":"00"}'],
  ];
  for (const [value, text] of forms) {
    t.is(jsonText(value), text);
    const back = fromJsonForm(JSON.parse(text));
    t.deepEqual(back, value);
    t.is(Object.getPrototypeOf(back), Object.getPrototypeOf(value));
  }
  t.deepEqual(toJsonForm([/a/]), [{ $regexp: '/a/' }]);
});

test('a member named __proto__ is a member like any other', (t) => {
  const value = JSON.parse('{"__proto__":1,"b":2}');
  t.is(jsonText(value), '{"__proto__":1,"b":2}');
  t.true(Object.hasOwn(fromJsonForm(value) as object, '__proto__'));
});

test('no character reaches a terminal that it would act on', (t) => {
  const text = 'a\u001b[2J\u009b\u007f\u202e\u2028\ufeffb';
  const printed = jsonText(text);
  t.regex(printed, /^[\x20-\x7e]*$/);
  t.is(JSON.parse(printed), text);
  t.is(escapeUnprintable('plain \u00e9'), 'plain \u00e9');
});

test('a form that is none is a TypeError that names it', (t) => {
  const wrong = [
    '{"$bigint":"1.5"}',
    '{"$bigint":1}',
    '{"$number":"7"}',
    '{"$date":"yesterday"}',
    '{"$bytes":"abc"}',
    '{"$undefined":false}',
    '{"$map":[[1]]}',
    '{"$set":1}',
    '{"$object":null}',
    '{"$regexp":"a"}',
    '{"$regexp":"//"}',
    '{"$regexp":"/(/"}',
    '{"$regexp":"/a/gg"}',
    '{"$regexp":1}',
    '{"$buffer":"0"}',
    '{"$buffer":"0g"}',
    '{"$view":["Uint8Array","00"]}',
    '{"$view":["Float64Array","00"]}',
    '{"$view":["Object",""]}',
    '{"$view":["__proto__",""]}',
    '{"$view":["DataView"]}',
    '{"$view":"Buffer"}',
    '{"$unknown":1}',
  ];
  for (const text of wrong) {
    const error = t.throws(() => fromJsonForm(JSON.parse(text)), { instanceOf: TypeError }, text);
    t.true(error.message.includes(text));
  }
});

test('bytes are lower-case hex, of the view and not of its buffer', (t) => {
  t.is(hexOf(Uint8Array.of(1, 171, 3).subarray(1, 2)), 'ab');
});
