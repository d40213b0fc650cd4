// Ten seeds of the model test, and tests of the model itself. More: dist/test/model/run.js.

import test from 'ava';

import { compareKeys, hasPrefix } from './key-order.js';
import { runModel } from './model-run.js';
import { SortedModel, WriteHistory } from './sorted-model.js';

const OPERATIONS = 20_000;
const REOPENS = 20;

// One pair after the other: while a store of a pair waits for its disk, the other one works.
for (let seed = 1; seed <= 10; seed += 2) {
  const seeds = `seeds ${seed}, ${seed + 1}`;
  test.serial(`stores answer as sorted arrays do, also reopened (${seeds})`, async (t) => {
    t.timeout(180_000);
    const runs = [seed, seed + 1].map((each) =>
      runModel({ seed: each, operations: OPERATIONS, reopens: REOPENS }),
    );
    for (const result of await Promise.all(runs)) {
      t.log(`${result.encodings}: ${result.reopens} reopens, ${result.fullTimes} times full`);
      t.true(result.operations >= OPERATIONS);
      t.true(result.reopens >= REOPENS);
    }
  });
}

test('the model orders keys by type, then by value', (t) => {
  const ordered: unknown[] = [
    null,
    false,
    true,
    Number.NEGATIVE_INFINITY,
    -1,
    0,
    0.5,
    -5n,
    0n,
    2n ** 70n,
    '',
    'a',
    'a\0',
    'b',
    '\uffff',
    '\u{1f600}',
    new Date(-1),
    new Date(0),
    new Uint8Array(),
    Uint8Array.of(1),
    Uint8Array.of(1, 0),
    [],
    [null],
    ['a'],
    ['a', 0],
    ['a\0'],
    [[]],
  ];
  for (const [index, key] of ordered.entries()) {
    for (const [other, otherKey] of ordered.entries()) {
      t.is(Math.sign(compareKeys(key, otherKey)), Math.sign(index - other));
    }
  }
});

test('the model selects by prefix: text, bytes and leading elements', (t) => {
  t.true(hasPrefix('abc', 'ab'));
  t.false(hasPrefix(['abc'], 'ab'));
  t.true(hasPrefix(['abc', 1], ['abc']));
  t.false(hasPrefix(['abcd', 1], ['abc']));
  t.true(hasPrefix(Uint8Array.of(1, 2), Uint8Array.of(1)));
});

test('the model notices versions that change or do not follow the writes', (t) => {
  const history = new WriteHistory();
  const [first, second, third] = [history.next(), history.next(), history.next()];
  t.is(history.learn(second, 20), undefined);
  t.is(history.learn(second, 20), undefined);
  t.truthy(history.learn(second, 21));
  t.truthy(history.learn(first, 20));
  t.truthy(history.learn(third, 20));
  t.is(history.learn(first, 10), undefined);
});

test('a copy of the model does not follow later writes', (t) => {
  const model = new SortedModel(new WriteHistory());
  model.write([{ type: 'put', key: 'a', value: 1 }]);
  const copy = model.copy();
  model.write([
    { type: 'put', key: 'a', value: 2 },
    { type: 'delete', key: 'b' },
  ]);
  t.is(copy.find('a')?.value, 1);
  t.is(model.find('a')?.value, 2);
});
