// Opening keeps only what can still be read when more than half of the log is dead; else the log as it
// is. Nothing that can be read changes by it: not a value, not a version, not the last commit.

import { readdirSync } from 'node:fs';

import test from 'ava';

import type { Key, Store } from '../../src/index.js';
import { copyUnclean, openAt, openNew, segmentBytesOf } from '../support/stores.js';

function contentOf(store: Store<Key, unknown>) {
  return {
    entries: [...store.entries()].map(([key, value]) => [key, value, store.getEntry(key)?.version]),
    commit: store.lastCommit(),
    keys: store.stats().keys,
  };
}

/** Puts 6 MB of which little stays alive. */
async function writeDead(store: Store<Key, unknown>): Promise<void> {
  await store.commit({ offsets: { source: 1 } });
  for (let round = 0; round < 60; round++) {
    for (let key = 0; key < 50; key++) void store.put(key, `${round} ${key}`.padEnd(2000, '.'));
    void store.put(['deleted', round], round);
    void store.delete(['deleted', round]);
  }
  await store.batch([
    { type: 'put', key: 'batch a', value: 1 },
    { type: 'put', key: 'batch b', value: 2 },
    { type: 'delete', key: 7 },
  ]);
  const facts = { offsets: { source: 99, other: 0 }, watermark: -3 };
  await store.commit(facts, [{ type: 'put', key: 'committed', value: 'c'.repeat(500) }]);
  store.transaction((tx) => tx.put('transaction', 1));
  await store.put('batch b', 3);
}

for (const stop of ['clean', 'unclean'] as const) {
  test(`a mostly dead log is compacted after a ${stop} stop, its content the same`, async (t) => {
    const store = await openNew(t);
    await writeDead(store);
    const before = contentOf(store);
    const lastSequence = store.stats().sequence;
    const copy = await copyUnclean(t, store);
    await store.close();
    const path = stop === 'clean' ? store.path : copy;
    const bytesBefore = segmentBytesOf(path);
    const again = await openAt(t, path);
    t.is(again.stats().recovery?.outcome, stop);
    t.deepEqual(contentOf(again), before);
    t.true(segmentBytesOf(path) < bytesBefore / 2);
    const { totalBytes, liveBytes } = again.stats().memory;
    t.is(totalBytes, liveBytes);
    const version = again.getEntry(1)?.version ?? 0;
    t.true(await again.put(1, 'after', { ifVersion: version }));
    t.true((again.getEntry(1)?.version ?? 0) > lastSequence);
    await again.delete('batch a');
    const after = contentOf(again);
    const uncleanAgain = await copyUnclean(t, again);
    await again.close();
    for (const place of [path, uncleanAgain]) {
      const last = await openAt(t, place);
      t.deepEqual(contentOf(last), after);
      await last.close();
    }
  });
}

test('a log that is half alive is gone on with, in the same files', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 1000; key++) void store.put(key, 'x'.repeat(2000));
  for (let key = 0; key < 800; key++) void store.put(key, 'y'.repeat(2000));
  const before = contentOf(store);
  await store.close();
  const names = readdirSync(store.path);
  const again = await openAt(t, store.path);
  t.deepEqual(readdirSync(store.path), names);
  t.deepEqual(contentOf(again), before);
});

test('a small log is gone on with, however dead', async (t) => {
  const store = await openNew(t);
  for (let round = 0; round < 1000; round++) void store.put('a', round);
  await store.close();
  const names = readdirSync(store.path);
  const again = await openAt(t, store.path);
  t.deepEqual(readdirSync(store.path), names);
  t.is(again.get('a'), 999);
});

test('a log of nothing but deleted keys becomes an empty one', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 1000; key++) void store.put(key, 'x'.repeat(2000));
  await store.clear();
  await store.close();
  const again = await openAt(t, store.path);
  t.is(again.count(), 0);
  t.is(again.stats().keys, 0);
  t.true(segmentBytesOf(store.path) <= 1048576);
  await again.put('a', 1);
  await again.close();
  t.is((await openAt(t, store.path)).get('a'), 1);
});

test('compacting again and again keeps versions apart', async (t) => {
  let store = await openNew(t);
  const { path } = store;
  const seen = new Set<number>();
  for (let round = 0; round < 4; round++) {
    for (let key = 0; key < 700; key++) {
      void store.put('a', `${round} ${key}`.padEnd(3000, '.'));
      const version = store.getEntry('a')?.version ?? 0;
      t.false(seen.has(version));
      seen.add(version);
    }
    await store.close();
    store = await openAt(t, path);
    t.is(store.stats().memory.totalBytes, store.stats().memory.liveBytes);
  }
});

test('records longer than the segments of this open are kept', async (t) => {
  const store = await openNew(t, { segmentBytes: 1048576 });
  for (let round = 0; round < 10; round++) void store.put('long', `${round}`.padEnd(500_000, '.'));
  await store.close();
  const again = await openAt(t, store.path, { segmentBytes: 65_536 });
  t.is(again.get('long'), '9'.padEnd(500_000, '.'));
  await again.put('short', 1);
  const path = await copyUnclean(t, again);
  await again.close();
  for (const place of [store.path, path]) {
    const last = await openAt(t, place, { segmentBytes: 65_536 });
    t.is(last.get('long'), '9'.padEnd(500_000, '.'));
    t.is(last.get('short'), 1);
    await last.close();
  }
});
