// Clearing: what a range held at the call goes, what is written meanwhile stays.

import test from 'ava';

import { copyUnclean, openAt, openInMemory, openNew, rejectsWith } from '../support/stores.js';

test('clear deletes a range and nothing beside it, durably', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 5000; key++) void store.put(key, `value ${key}`);
  await store.clear({ gte: 1000, lt: 4000 });
  t.is(store.count(), 2000);
  t.is(store.count({ gte: 1000, lt: 4000 }), 0);
  await store.clear({ limit: 10 });
  await store.clear({ limit: 10, reverse: true });
  t.is([...store.keys({ limit: 1 })][0], 10);
  t.is([...store.keys({ limit: 1, reverse: true })][0], 4989);
  const path = await copyUnclean(t, store);
  const again = await openAt(t, path);
  t.is(again.count(), 1980);
  await again.clear();
  t.is(again.count(), 0);
  await again.clear();
  await again.put('goes on', 1);
});

test('what is written to a key after the call stays, whatever it was before', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 5000; key++) void store.put(key, 'old');
  const cleared = store.clear();
  t.true(store.count() < 5000);
  const rest = [...store.keys()].filter((_, index) => index % 3 === 0);
  for (const key of rest) void store.put(key, 'rewritten');
  void store.put(0, 'back');
  void store.put(10_000, 'new');
  await cleared;
  t.deepEqual([...store.keys()], [0, ...rest, 10_000]);
  t.deepEqual(new Set(store.values()), new Set(['back', 'rewritten', 'new']));
});

test('a key deleted and put again meanwhile stays', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 3000; key++) void store.put(key, 'old');
  const cleared = store.clear();
  void store.delete(2999);
  void store.put(2999, 'old');
  await cleared;
  t.deepEqual([...store.entries()], [[2999, 'old']]);
});

test('clear takes turns with everybody else', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 10_000; key++) void store.put(key, 0);
  let turns = 0;
  let isDone = false;
  const cleared = store.clear().then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise(setImmediate);
    turns++;
  }
  await cleared;
  t.true(turns >= 9, `${turns} turns`);
});

test('several clears at once, and one of nothing', async (t) => {
  const store = await openInMemory(t);
  await store.clear();
  for (let key = 0; key < 4000; key++) void store.put(key, 0);
  await Promise.all([store.clear(), store.clear({ reverse: true }), store.clear({ gt: 2000 })]);
  t.is(store.count(), 0);
  t.is(store.stats().keys, 0);
});

test('a clear that the store\u2019s closing overtakes rejects, and what it did stays done', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 5000; key++) void store.put(key, 0);
  const cleared = store.clear();
  const left = store.count();
  const closed = store.close();
  await rejectsWith(t, 'STORE_CLOSED', cleared);
  await closed;
  const again = await openAt(t, store.path);
  t.is(again.count(), left);
});
