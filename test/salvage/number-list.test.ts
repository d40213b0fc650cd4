// A growing list of numbers, and several of them as one sorted set.

import test from 'ava';

import { NumberList, sortedOnce } from '../../src/salvage/number-list.js';

test('a list keeps what is pushed, also when it grows', (t) => {
  const list = new NumberList();
  t.is(list.length, 0);
  t.deepEqual([...list.values], []);
  const numbers = Array.from({ length: 5000 }, (_, index) => index * 2 ** 40);
  for (const number of numbers) list.push(number);
  t.is(list.length, 5000);
  t.deepEqual([...list.values], numbers);
});

test('lists are sorted together, by value and each number once', (t) => {
  const lists = [[9, 2 ** 52, 1], [], [1, 10, 9], [0]].map((list) => Float64Array.from(list));
  t.deepEqual([...sortedOnce(lists)], [0, 1, 9, 10, 2 ** 52]);
  t.deepEqual([...sortedOnce([])], []);
});
