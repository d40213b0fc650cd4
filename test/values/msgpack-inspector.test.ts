// Looking through values: what is refused, and what needs the wider form.

import test from 'ava';

import { needsWideForm, VALUE_DEPTH_MAX } from '../../src/values/msgpack-inspector.js';

function isWide(value: unknown): boolean {
  return needsWideForm(value, 0, { elements: 0 });
}

test('ordinary values do not need the wider form', (t) => {
  class Point {
    x = 1;
  }
  const values = [null, true, 0, -1.5, Number.NaN, 5n, 'text', '\u{1f600}', undefined, [], {}];
  const objects = [
    new Date(),
    /x/g,
    new Set([1]),
    Buffer.alloc(1),
    new Float64Array(1),
    new Point(),
  ];
  const views = [new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), Object.create(null)];
  for (const value of [...values, ...objects, ...views]) {
    t.false(isWide(value));
    t.false(isWide({ a: [value, { b: value }] }));
  }
});

test('what the packer would change needs it, however deep', (t) => {
  const named = JSON.parse('{"__proto__":1}') as unknown;
  for (const value of [-0, '\ud800', '\ufeffa', new Map(), { '\ud800': 1 }, named]) {
    t.true(isWide(value));
    t.true(isWide([1, { a: new Set([[1, value, 2]]) }]));
  }
});

test('functions, symbols and objects that would lose their content are refused, however deep', (t) => {
  class Special extends Uint8Array {}
  const generator = (function* () {})();
  const values = [() => 1, Symbol('s'), Promise.resolve(), new WeakMap(), new WeakSet()];
  const objects = [new Error('x'), Object(5), Object('s'), new Special(1), generator];
  const others = [new SharedArrayBuffer(1), new URL('a:b'), new WeakRef({}), new Map().keys()];
  for (const value of [...values, ...objects, ...others]) {
    for (const holder of [
      value,
      [value],
      { a: { b: value } },
      new Map([[1, value]]),
      new Set([value]),
    ]) {
      t.throws(() => isWide(holder), { instanceOf: TypeError, message: /the value contains/ });
    }
  }
  t.throws(() => isWide(new Map([[() => 1, 1]])), { instanceOf: TypeError });
});

test('the limit of depth is exact, and what contains itself meets it', (t) => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let index = 0; index < depth; index++) value = [value];
    return value;
  };
  t.false(isWide(nested(VALUE_DEPTH_MAX)));
  t.throws(() => isWide(nested(VALUE_DEPTH_MAX + 1)), { instanceOf: RangeError });
  const cyclic = new Map<unknown, unknown>();
  cyclic.set(cyclic, cyclic).set(1, cyclic);
  t.throws(() => isWide(cyclic), { instanceOf: RangeError, message: /contains itself/ });
});

test('shared parts that multiply without end are stopped', (t) => {
  let value: unknown = new Array(2 ** 21).fill(null);
  for (let index = 0; index < 10; index++) value = { list: [value, value] };
  const count = { elements: 2 ** 30 - 2 ** 22 };
  t.throws(() => needsWideForm(value, 0, count), { instanceOf: RangeError, message: /elements/ });
});
