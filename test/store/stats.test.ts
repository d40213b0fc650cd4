// Counters of an open store.

import test from 'ava';

import { copyUnclean, openAt, openInMemory, openNew, SMALL } from '../support/stores.js';

test('a new store counts from nothing', async (t) => {
  const store = await openNew(t);
  const stats = store.stats();
  t.is(stats.path, store.path);
  t.true(stats.io === 'mapped' || stats.io === 'buffered');
  t.false(stats.isReadOnly);
  t.false(stats.isPoisoned);
  t.is(stats.keys, 0);
  t.is(stats.sequence, 0);
  t.is(stats.durableSequence, 0);
  t.is(stats.snapshots, 0);
  t.is(stats.recovery, undefined);
  t.is(stats.memory.liveBytes, 0);
  t.is(stats.memory.totalBytes, 0);
  t.is(stats.lanes.length, 1);
  t.true(stats.ringBytes > 0);
});

test('keys, sequences and bytes follow the writes', async (t) => {
  const store = await openInMemory(t, { io: 'buffered' });
  t.is(store.stats().io, 'buffered');
  for (let key = 0; key < 10; key++) await store.put(key, 'x'.repeat(100));
  await store.delete(3);
  await store.delete('never there');
  const stats = store.stats();
  t.is(stats.keys, 9);
  t.is(stats.sequence, store.getEntry(9)!.version + 2);
  t.is(stats.durableSequence, stats.sequence);
  t.true(stats.syncs >= 1);
  t.true(stats.memory.liveBytes > 9 * 100 && stats.memory.liveBytes < 9 * 200);
  t.true(stats.memory.totalBytes > stats.memory.liveBytes);
  t.true(stats.memory.usedBytes <= stats.memory.limitBytes);
  t.true(stats.memory.indexBytes > 0);
  const snapshot = store.snapshot();
  t.is(store.stats().snapshots, 1);
  snapshot.close();
  t.is(store.stats().snapshots, 0);
});

test('a lane tells where it is, and what of it is durable', async (t) => {
  const store = await openInMemory(t, SMALL);
  const first = store.stats().lanes[0]!;
  t.deepEqual(
    [first.lane, first.position, first.syncedPosition, first.entriesSinceSync, first.segments],
    [0, 0, 0, 0, 1],
  );
  for (let key = 0; key < 100; key++) void store.put(key, 'x'.repeat(2000));
  const written = store.stats().lanes[0]!;
  t.true(written.position > 200_000);
  t.true(written.syncedPosition <= written.position);
  t.true(written.generation > first.generation);
  t.is(written.rotations, 3);
  t.is(written.segments, 4);
  t.true(written.preparedInPlace + written.standbys <= 4);
  t.true(written.stalls >= 0);
  await store.flush();
  const flushed = store.stats().lanes[0]!;
  t.is(flushed.syncedPosition, flushed.position);
  t.is(flushed.entriesSinceSync, 0);
  t.true(store.stats().ringBytes >= 4 * 65_536);
});

test('a reopened store tells what it found', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 20; key++) void store.put(key, key);
  const path = await copyUnclean(t, store);
  await store.close();
  const clean = await openAt(t, store.path);
  t.is(clean.stats().recovery?.outcome, 'clean');
  t.is(clean.stats().keys, 20);
  t.is(clean.stats().durableSequence, clean.stats().sequence);
  const unclean = await openAt(t, path);
  t.is(unclean.stats().recovery?.outcome, 'unclean');
  t.true((unclean.stats().recovery?.records ?? 0) >= 20);
  t.is(unclean.stats().durableSequence, unclean.stats().sequence);
});
