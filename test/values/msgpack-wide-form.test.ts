// The wider form by itself: there and back, and what is no wider form.

import test from 'ava';

import { narrow, widen } from '../../src/values/msgpack-wide-form.js';

test('everything comes back from the wider form', (t) => {
  const named = JSON.parse('{"__proto__":[1],"b":2}') as unknown;
  const values = [null, 5, -0, 'a', '\ud800', '\ufeff', [], [1, [2]], {}, { a: [-0] }, named];
  const more = [new Map<unknown, unknown>([[[1], { a: new Map([[-0, 1]]) }]]), new Set([[1], 'a'])];
  for (const value of [...values, ...more, new Date(5), undefined, Buffer.from('a')]) {
    t.deepEqual(narrow(widen(value)), value);
  }
  t.true(Object.is(narrow(widen(-0)), -0));
  t.is(Object.getPrototypeOf(narrow(widen(named))), Object.prototype);
});

test('what is no wider form is refused', (t) => {
  const wrong = [
    [],
    [9],
    ['a'],
    [1, 'key'],
    [3, 'text'],
    [3, Buffer.alloc(3)],
    [4, 5, 6],
    [4, 'a'],
    [0, [7]],
  ];
  for (const wide of wrong) t.throws(() => narrow(wide), { instanceOf: Error });
});
