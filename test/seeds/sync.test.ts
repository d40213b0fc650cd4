// What docs/seeds.md says of syncs: what is declared durable is, what a sync covers is known when it
// is submitted, any number of them may be under way, and a failed one is the last.

import test from 'ava';

import { isLaneError } from '../../src/wal-api.js';
import type { TestDisk } from '../support/test-disk.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openReal,
  SEGMENT_BYTES,
  textsOf,
  textsOn,
} from './seed-logs.js';

const TOLD = { mode: 'told' } as const;

/** Runs work once, when the disk is about to sync a segment: in the middle of a round. */
function duringSync(disk: TestDisk, work: () => void): void {
  disk.onOperation(({ operation, path }) => {
    if (operation !== 'sync' || !path.includes('/wal-')) return;
    disk.onOperation(undefined);
    work();
  });
}

test('flush() asks for a sync and waits for nothing, flushSync() waits', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    log.append('one');
    const before = disk.operationCount;
    log.flush();
    t.is(disk.operationCount, before);
    t.is(log.syncedSequence, 0);
    await Promise.resolve();
    t.is(log.syncedSequence, 1);
    log.append('two');
    log.flushSync();
    t.is(log.syncedSequence, 2);
    t.deepEqual(await textsOn(disk.cut(1, 'lose-all-unsynced')), ['one', 'two']);
    await log.close();
  }
});

test('position counts what was accepted, syncedPosition and entriesSinceSync what is durable', async (t) => {
  for (const io of MEDIA) {
    const { log, background } = await openNewOn({ io }, TOLD);
    t.deepEqual([log.position, log.syncedPosition, log.entriesSinceSync], [0, 0, 0]);
    const ends: number[] = [];
    for (const text of numbered(400, 300)) {
      log.append(text);
      ends.push(log.position);
    }
    t.true(log.stats().rotations > 0);
    t.is(log.entriesSinceSync, 400);
    t.true(log.syncedPosition < log.position);
    background.runRound();
    t.deepEqual([log.syncedPosition, log.entriesSinceSync], [log.position, 0]);
    t.deepEqual(
      Array.from(log.entries(), (entry) => entry.end),
      ends,
    );
    await log.close();
    t.is(log.syncedPosition, log.position);
  }
});

test('sync() resolves when all that was appended before it is durable, and not before', async (t) => {
  for (const io of MEDIA) {
    const { log, background, disk } = await openNewOn({ io }, TOLD);
    const texts = numbered(100);
    for (const text of texts) log.append(text);
    let isDone = false;
    const done = log.sync().then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    t.false(isDone);
    background.runRound();
    await done;
    t.deepEqual(await textsOn(disk.cut(1, 'lose-all-unsynced')), texts);
    await log.close();
  }
});

test('a submitted sync has a boundary, is pending until it ends, and ends at its boundary', async (t) => {
  for (const io of MEDIA) {
    const { log, disk, background } = await openNewOn({ io }, TOLD);
    log.append('one');
    const two = log.append('two');
    t.false(log.isSyncPending);
    t.is(log.submitSync(), two);
    t.true(log.isSyncPending);
    t.false(log.isSynced(two));
    let three = 0;
    duringSync(disk, () => {
      three = log.append('three');
      t.false(log.isSynced(two));
    });
    background.runRound();
    t.true(log.isSynced(two));
    t.false(log.isSynced(three));
    t.false(log.isSyncPending);
    t.is(log.syncedSequence, two);
    t.throws(() => log.isSynced(three + 1), { instanceOf: RangeError });
    log.flushSync();
    await log.close();
  }
});

test('syncs that overlap all end, each at its own boundary, and entries are counted from there', async (t) => {
  for (const io of MEDIA) {
    const { log, disk, background } = await openNewOn({ io }, TOLD);
    log.append('one');
    const first = log.submitSync();
    let second = 0;
    duringSync(disk, () => {
      log.append('two');
      second = log.submitSync();
    });
    background.runRound();
    t.deepEqual([log.isSynced(first), log.isSynced(second)], [true, false]);
    t.is(log.entriesSinceSync, 1);
    t.true(log.isSyncPending);
    log.append('three');
    const third = log.submitSync();
    background.runRound();
    t.deepEqual([log.isSynced(second), log.isSynced(third)], [true, true]);
    t.deepEqual([log.entriesSinceSync, log.isSyncPending], [0, false]);
    await log.close();
  }
});

test('the synced position never falls and is never above the position', async (t) => {
  for (const io of MEDIA) {
    const { log, disk, background } = await openNewOn({ io, ringSegments: 3 }, TOLD);
    let highest = 0;
    const look = () => {
      const { syncedPosition, position } = log;
      t.true(syncedPosition >= highest && syncedPosition <= position);
      highest = syncedPosition;
    };
    disk.onOperation(look);
    for (let index = 0; index < 1500; index++) {
      log.append('x'.repeat(index % 300));
      look();
      if (index % 7 === 0) log.submitSync();
      if (index % 31 === 0) log.flushSync();
      if (index % 50 === 0) background.runRound();
      look();
    }
    t.true(log.stats().rotations > 2);
    disk.onOperation(undefined);
    log.flushSync();
    t.is(log.syncedPosition, log.position);
    await log.close();
  }
  const log = await openReal(t, { ringSegments: 2 });
  let highest = 0;
  for (let index = 0; index < 600; index++) {
    log.append('x'.repeat(2000));
    for (let look = 0; look < 20; look++) {
      const { syncedPosition, position } = log;
      if (syncedPosition < highest || syncedPosition > position) t.fail(`${syncedPosition}`);
      highest = syncedPosition;
    }
    log.flush();
  }
  await log.sync();
  t.is(log.syncedPosition, log.position);
});

test('nothing but a sync that ended makes something durable by declaration', async (t) => {
  const { log, background } = await openNewOn({}, TOLD);
  const sequence = log.append('one');
  t.throws(() => Object.assign(log, { syncedPosition: log.position }), { instanceOf: TypeError });
  t.is(log.syncedPosition, 0);
  t.false(log.isSynced(sequence));
  background.runRound();
  t.is(log.syncedPosition, log.position);
  await log.close();
});

test('at every call of the disk, what is declared durable survives a cut of the power', async (t) => {
  for (const io of MEDIA) {
    const { log, disk, background } = await openNewOn({ io, ringSegments: 2 }, TOLD);
    const texts: string[] = [];
    const cuts: { disk: TestDisk; synced: number }[] = [];
    let durable = 0;
    disk.onOperation(() => {
      const policy = cuts.length % 2 === 0 ? 'lose-all-unsynced' : 'random';
      cuts.push({ disk: disk.cut(cuts.length, policy), synced: durable });
    });
    const sequences: number[] = [];
    for (const text of numbered(120, 3000)) {
      texts.push(text);
      sequences.push(log.append(text));
      if (texts.length % 9 === 0) background.runRound();
      durable = sequences.filter((sequence) => log.isSynced(sequence)).length;
    }
    disk.onOperation(undefined);
    t.true(log.stats().rotations > 4);
    t.true(cuts.length > 40);
    for (const cut of cuts) {
      const found = await textsOn(cut.disk, { io });
      t.true(found.length >= cut.synced, `${found.length} of ${cut.synced}`);
      t.deepEqual(found, texts.slice(0, found.length));
    }
    log.flushSync();
    await log.close();
  }
});

test('a write that ends short or fails loses nothing that was acknowledged, and is the last', async (t) => {
  for (const shortBytes of [0, 8, 30, 100, 4000]) {
    const { log, disk } = await openNewOn();
    const texts = numbered(50, 100);
    for (const text of texts) log.append(text);
    await log.sync();
    const acknowledged = log.syncedPosition;
    disk.failAt({ operation: 'write', path: '/wal-', nth: 1, shortBytes });
    for (const text of numbered(50, 100, 50)) log.append(text);
    await t.throwsAsync(log.sync(), { code: 'STORE_POISONED' });
    t.throws(() => log.append('later'), { code: 'STORE_POISONED' });
    t.is(log.syncedPosition, acknowledged);
    await t.throwsAsync(log.close(), { code: 'STORE_POISONED' });
    const found = await textsOn(disk.cut(1, 'lose-all-unsynced'));
    t.deepEqual(found.slice(0, 50), texts);
    const all = [...texts, ...numbered(50, 100, 50)];
    t.deepEqual(found, all.slice(0, found.length));
  }
});

test('after a failed sync the log takes nothing more, and a sync is never tried again', async (t) => {
  for (const io of MEDIA) {
    for (const failedSync of ['lost', 'partial', 'appears-later'] as const) {
      const { log, disk } = await openNewOn({ io });
      log.append('one');
      await log.sync();
      const { syncedPosition } = log;
      const two = log.append('two');
      disk.failAt({ operation: 'sync', path: '/wal-', nth: 1, failedSync });
      await t.throwsAsync(log.sync(), { code: 'STORE_POISONED' });
      const { operationCount } = disk;
      for (const call of [
        () => log.append('three'),
        () => log.flushSync(),
        () => log.submitSync(),
        () => log.isSynced(two),
        () => log.retire(0),
      ]) {
        t.throws(call, { code: 'STORE_POISONED' });
      }
      await t.throwsAsync(log.sync(), { code: 'STORE_POISONED' });
      t.is(disk.operationCount, operationCount);
      t.is(log.syncedPosition, syncedPosition);
      t.true(log.stats().isPoisoned);
      const error = await t.throwsAsync(log.close(), { code: 'STORE_POISONED' });
      t.true(isLaneError(error?.cause, 'IO_ERROR'));
      const found = await textsOn(disk.cut(1, 'lose-all-unsynced'), { io });
      t.deepEqual(found.slice(0, 1), ['one']);
    }
  }
});

test('a segment left behind that cannot be synced ends the log: nothing later is called durable', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io, ringSegments: 2 }, TOLD);
    log.append('one');
    log.flushSync();
    const { syncedPosition } = log;
    const [file] = log.segmentPaths;
    disk.failAt({ operation: 'sync', path: `${file}`, nth: 1 });
    const fill = () => {
      for (let count = 0; count < 3 * SEGMENT_BYTES; count += 1000) log.append('x'.repeat(1000));
    };
    t.throws(fill, { code: 'STORE_POISONED' });
    t.is(log.segmentPaths.length, 2);
    t.is(log.syncedPosition, syncedPosition);
    await t.throwsAsync(log.sync(), { code: 'STORE_POISONED' });
    await t.throwsAsync(log.close(), { code: 'STORE_POISONED' });
    t.is((await textsOn(disk.cut(1, 'lose-all-unsynced'), { io }))[0], 'one');
  }
});

test('a log with its real threads syncs what is waited for, and what nobody waits for soon', async (t) => {
  const log = await openReal(t, { syncDelayMs: 20 });
  log.append('waited for');
  await log.sync();
  t.is(log.syncedPosition, log.position);
  const last = log.append('not waited for');
  const until = performance.now() + 10_000;
  while (!log.isSynced(last) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.true(log.isSynced(last));
  t.deepEqual(textsOf(log.entries()), ['waited for', 'not waited for']);
});
