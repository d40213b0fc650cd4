// Ranges of a transaction: stored entries and the body's own writes as one, in key order, against a
// plain sorted list.

import test from 'ava';

import type { RangeOptions } from '../../src/index.js';
import { Choices } from '../support/choices.js';
import { openInMemory, rejectsWith } from '../support/stores.js';

const KEYS = 60;

function expectedOf(model: Map<number, number>, range: RangeOptions<number>): [number, number][] {
  const { gt = -1, gte = 0, lt = KEYS, lte = KEYS, reverse, limit = KEYS } = range;
  const found = [...model]
    .filter(([key]) => key > gt && key >= gte && key < lt && key <= lte)
    .sort((a, b) => a[0] - b[0]);
  return (reverse === true ? found.reverse() : found).slice(0, limit);
}

test('ranges over random changes are those of a sorted list', async (t) => {
  const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 0x7fffffff);
  t.log(`seed ${seed}`);
  const choices = new Choices(seed);
  const store = await openInMemory(t);
  const model = new Map<number, number>();
  for (let round = 0; round < 60; round++) {
    const isKept = choices.chance(0.6);
    const inner = new Map(model);
    const run = () =>
      store.transaction((tx) => {
        for (let step = choices.below(30); step > 0; step--) {
          const key = choices.below(KEYS);
          if (choices.chance(0.4)) {
            tx.delete(key);
            inner.delete(key);
          } else {
            tx.put(key, step);
            inner.set(key, step);
          }
        }
        for (let check = 0; check < 4; check++) {
          const range: RangeOptions<number> = {
            ...(choices.chance(0.5) && { [choices.pick(['gt', 'gte'])]: choices.below(KEYS) }),
            ...(choices.chance(0.5) && { [choices.pick(['lt', 'lte'])]: choices.below(KEYS) }),
            ...(choices.chance(0.5) && { reverse: choices.chance(0.7) }),
            ...(choices.chance(0.3) && { limit: choices.below(20) }),
          };
          const expected = expectedOf(inner, range);
          t.deepEqual([...tx.entries(range)], expected);
          t.deepEqual(
            [...tx.keys(range)],
            expected.map(([key]) => key),
          );
          t.deepEqual(
            [...tx.values(range)],
            expected.map(([, value]) => value),
          );
          t.is(tx.count(range), expected.length);
        }
        if (!isKept) throw new Error('rolled back');
      });
    if (isKept) run();
    else t.throws(run, { message: 'rolled back' });
    if (isKept) {
      model.clear();
      for (const [key, value] of inner) model.set(key, value);
    }
    t.deepEqual([...store.entries()], expectedOf(model, {}));
  }
});

test('a prefix finds stored and changed keys alike', async (t) => {
  const store = await openInMemory(t);
  for (const key of [
    ['a', 1],
    ['a', 3],
    ['b', 1],
  ])
    void store.put(key, 'old');
  store.transaction((tx) => {
    tx.put(['a', 2], 'new');
    tx.put(['aa', 1], 'new');
    tx.delete(['a', 3]);
    t.deepEqual(
      [...tx.keys({ prefix: ['a'] })],
      [
        ['a', 1],
        ['a', 2],
      ],
    );
    t.deepEqual([...tx.keys({ prefix: ['a'], reverse: true, limit: 1 })], [['a', 2]]);
  });
});

test('a range of a body is what it was at the call, while the body writes on', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 5; key++) void store.put(key, 'old');
  store.transaction((tx) => {
    const before = tx.entries();
    let steps = 0;
    for (const key of tx.keys()) {
      tx.put((key as number) + 100 + steps, 'new');
      tx.put(key, 'changed');
      steps++;
    }
    t.is(steps, 5);
    t.is([...before].length, 5);
    t.is([...before].length, 5);
    t.is(tx.count(), 10);
  });
});

test('asynchronous iteration that outlives the body is refused', async (t) => {
  const store = await openInMemory(t);
  await store.put(1, 1);
  await store.put(2, 2);
  const { result } = store.transaction((tx) => {
    const iterator = tx.keys()[Symbol.asyncIterator]();
    return { iterator, first: iterator.next() };
  });
  t.deepEqual(await result.first, { done: false, value: 1 });
  await rejectsWith(t, 'TRANSACTION_ACTIVE', result.iterator.next());
});
