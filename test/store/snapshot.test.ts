// Snapshots: unchanging views, limited in number and age, collected when lost.

import { setTimeout as sleep } from 'node:timers/promises';

import test from 'ava';
import { startStoreChild } from '../support/store-children.js';
import { newPath, openInMemory, throwsWith } from '../support/stores.js';

test('a snapshot sees what was there when it was taken, and nothing later', async (t) => {
  const store = await openInMemory(t);
  void store.put('a', 1);
  void store.put('b', { deep: [2] });
  await store.put('gone', 0);
  await store.delete('gone');
  const version = store.getEntry('a')?.version;
  using snapshot = store.snapshot();
  void store.put('a', 'later');
  void store.put('c', 3);
  void store.delete('b');
  void store.put('gone', 'back');
  void store.batch([{ type: 'put', key: 'a', value: 'latest' }]);
  store.transaction((tx) => tx.put('d', 4));
  t.is(snapshot.get('a'), 1);
  t.deepEqual(snapshot.get('b'), { deep: [2] });
  t.is(snapshot.get('c'), undefined);
  t.deepEqual(snapshot.getEntry('a'), { value: 1, version: version ?? -1 });
  t.is(snapshot.getEntry('gone'), undefined);
  t.true(snapshot.has('b'));
  t.false(snapshot.has('d'));
  t.false(snapshot.has('gone'));
  t.deepEqual(snapshot.getMany(['c', 'b', 'a']), [undefined, { deep: [2] }, 1]);
  t.deepEqual([...snapshot.keys()], ['a', 'b']);
  t.deepEqual([...snapshot.values({ reverse: true })], [{ deep: [2] }, 1]);
  t.deepEqual([...snapshot.entries({ gt: 'a' })], [['b', { deep: [2] }]]);
  t.is(snapshot.count(), 2);
  t.deepEqual([...store.keys({ snapshot })], ['a', 'b']);
  t.deepEqual([...store.entries({ snapshot, limit: 1 })], [['a', 1]]);
  t.deepEqual([...store.values({ snapshot, gte: 'b' })], [{ deep: [2] }]);
  t.is(store.count({ snapshot, lt: 'b' }), 1);
  await store.clear();
  t.is(store.count(), 0);
  t.deepEqual([...snapshot.keys()], ['a', 'b']);
  t.is(snapshot.get('a'), 1);
});

test('a range asked of one snapshot takes no other, and one of another store is refused', async (t) => {
  const store = await openInMemory(t);
  const other = await openInMemory(t);
  void store.put(1, 1);
  void other.put(1, 1);
  const snapshot = store.snapshot();
  const foreign = other.snapshot();
  const wrong = { instanceOf: TypeError, message: /snapshot/ };
  for (const call of ['entries', 'keys', 'values', 'count'] as const) {
    t.throws(() => store[call]({ snapshot: foreign }), wrong);
    t.throws(() => snapshot[call]({ snapshot } as object), wrong);
    t.throws(() => store.transaction((tx) => tx[call]({ snapshot } as object)), wrong);
  }
  await t.throwsAsync(store.clear({ snapshot } as object), wrong);
});

test('a closed snapshot gives SNAPSHOT_CLOSED; closing it again does nothing', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 1000; key++) void store.put(key, key);
  const snapshot = store.snapshot();
  const view = snapshot.keys();
  const iterator = view[Symbol.iterator]();
  iterator.next();
  t.is(store.stats().snapshots, 1);
  snapshot.close();
  snapshot.close();
  t.is(store.stats().snapshots, 0);
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.get(1));
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.has(1));
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.getEntry(1));
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.getMany([1]));
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.entries());
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.keys());
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.values());
  throwsWith(t, 'SNAPSHOT_CLOSED', () => snapshot.count());
  throwsWith(t, 'SNAPSHOT_CLOSED', () => store.count({ snapshot }));
  throwsWith(t, 'SNAPSHOT_CLOSED', () => [...view]);
  throwsWith(t, 'SNAPSHOT_CLOSED', () => {
    while (iterator.next().done !== true);
  });
  t.is(store.count(), 1000);
});

test('one snapshot more than snapshotsMax ends the oldest', async (t) => {
  const store = await openInMemory(t, { snapshotsMax: 2 });
  await store.put('a', 1);
  const first = store.snapshot();
  const second = store.snapshot();
  t.is(first.get('a'), 1);
  const third = store.snapshot();
  const error = throwsWith(t, 'SNAPSHOT_EXPIRED', () => first.get('a'));
  t.regex(error.message, /snapshotsMax/);
  throwsWith(t, 'SNAPSHOT_EXPIRED', () => store.keys({ snapshot: first }));
  t.is(second.get('a'), 1);
  t.is(third.get('a'), 1);
  t.is(store.stats().snapshots, 2);
  third.close();
  const fourth = store.snapshot();
  t.is(second.get('a'), 1);
  t.is(fourth.get('a'), 1);
  first.close();
  throwsWith(t, 'SNAPSHOT_EXPIRED', () => first.get('a'));
});

test('a snapshot older than snapshotAgeMsMax has expired', async (t) => {
  const store = await openInMemory(t, { snapshotAgeMsMax: 150 });
  for (let key = 0; key < 1000; key++) void store.put(key, key);
  const snapshot = store.snapshot();
  const iterator = snapshot.keys()[Symbol.iterator]();
  iterator.next();
  t.is(snapshot.get(1), 1);
  await sleep(200);
  throwsWith(t, 'SNAPSHOT_EXPIRED', () => {
    while (iterator.next().done !== true);
  });
  throwsWith(t, 'SNAPSHOT_EXPIRED', () => snapshot.get(1));
  t.is(store.stats().snapshots, 0);
  t.is(store.snapshot().get(1), 1);
});

test('taking a snapshot ends those that are too old', async (t) => {
  const store = await openInMemory(t, { snapshotAgeMsMax: 50 });
  const old = [store.snapshot(), store.snapshot(), store.snapshot()];
  await sleep(100);
  const young = store.snapshot();
  t.is(store.stats().snapshots, 1);
  for (const snapshot of old) throwsWith(t, 'SNAPSHOT_EXPIRED', () => snapshot.count());
  t.is(young.count(), 0);
});

test('a snapshot of a closed store gives STORE_CLOSED', async (t) => {
  const store = await openInMemory(t);
  await store.put('a', 1);
  const snapshot = store.snapshot();
  await store.close();
  throwsWith(t, 'STORE_CLOSED', () => snapshot.get('a'));
  throwsWith(t, 'STORE_CLOSED', () => snapshot.getMany(['a']));
  throwsWith(t, 'STORE_CLOSED', () => snapshot.has('a'));
  throwsWith(t, 'STORE_CLOSED', () => snapshot.count());
  throwsWith(t, 'STORE_CLOSED', () => store.snapshot());
  snapshot.close();
});

test('lost snapshots are collected, but none that a range still reads', async (t) => {
  const { answer, ended } = await startStoreChild(t, { kind: 'lose', path: newPath(t) });
  const [before, after] = answer.snapshots ?? [];
  t.is(before, 20);
  t.is(after, 1);
  t.is(answer.seen, 2000);
  t.is(await ended, 0);
});
