// An open log on real files, with its threads: what its calls promise, mapped and buffered.

import { existsSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import test from 'ava';
import { openLog, readLog } from '../../src/wal-api.js';
import { fillLog, openRealLog, textsOf } from '../support/logs.js';
import { isPossible } from '../support/medium.js';

for (const io of ['buffered', 'mapped'] as const) {
  const mediumTest = isPossible(io) ? test : test.skip;

  mediumTest(
    `a ${io} log gives back what was appended, across rotations and a close`,
    async (t) => {
      const log = await openRealLog(t, { io, segmentBytes: 65536 });
      const texts = fillLog(log, 5);
      await log.sync();
      t.is(log.syncedPosition, log.position);
      t.is(log.entriesSinceSync, 0);
      t.deepEqual(textsOf(log.entries()), texts);
      t.deepEqual(
        log.segmentPaths.map(existsSync),
        Array.from({ length: 6 }, () => true),
      );
      await log.close();
      t.deepEqual(textsOf(readLog(log.path)), texts);
      const again = await openRealLog(t, { io }, log.path);
      t.is(again.recovery.outcome, 'clean');
      t.is(again.position, log.position);
      again.append('more');
      await again.sync();
      t.deepEqual(textsOf(again.entries()), [...texts, 'more']);
    },
  );

  mediumTest(`an append to a full ring of a ${io} log waits, and none is refused`, async (t) => {
    const log = await openRealLog(t, { io, segmentBytes: 65536, ringSegments: 2 });
    const texts = fillLog(log, 30, 30_000);
    t.true(log.stats().stalls + log.stats().inPlace > 0);
    await log.sync();
    t.deepEqual(textsOf(log.entries()), texts);
  });
}

test('sequences are given in order, and what is counted is what was appended', async (t) => {
  const log = await openRealLog(t, { syncDelayMs: 10_000 });
  t.is(log.nextSequence, 1);
  t.is(log.append('a'), 1);
  t.is(log.append('b'), 2);
  t.is(log.nextSequence, 3);
  t.is(log.entriesSinceSync, 2);
  t.is(log.syncedSequence, 0);
  await log.sync();
  t.is(log.syncedSequence, 2);
  t.is(log.entriesSinceSync, 0);
});

test('a sync covers what was appended before it and does not wait for more', async (t) => {
  const log = await openRealLog(t, { syncDelayMs: 10_000 });
  log.append('a');
  const boundary = log.submitSync();
  t.is(boundary, 1);
  t.true(log.isSyncPending || log.isSynced(boundary));
  while (!log.isSynced(boundary)) await setTimeout(1);
  t.false(log.isSyncPending);
  t.throws(() => log.isSynced(1000), { instanceOf: RangeError });
  t.throws(() => log.isSynced('1' as never), { instanceOf: TypeError });
  const last = log.append('b');
  log.flushSync();
  t.true(log.syncedSequence >= last);
  log.flushSync();
});

test('many syncs may be under way, each for its own boundary', async (t) => {
  const log = await openRealLog(t);
  const syncs: Promise<void>[] = [];
  for (let index = 0; index < 200; index++) {
    const sequence = log.append(`entry ${index}`);
    syncs.push(
      log.sync().then(() => {
        t.true(log.syncedSequence >= sequence);
      }),
    );
  }
  await Promise.all(syncs);
});

test('what nobody waits for is synced after the delay all the same', async (t) => {
  const log = await openRealLog(t, { syncDelayMs: 20 });
  log.append('a');
  for (let waited = 0; log.entriesSinceSync > 0 && waited < 5000; waited += 5) await setTimeout(5);
  t.is(log.entriesSinceSync, 0);
  await log.close();
});

test('flush() asks for a sync and returns at once', async (t) => {
  const log = await openRealLog(t, { syncDelayMs: 10_000 });
  log.append('a');
  log.flush();
  for (let waited = 0; log.entriesSinceSync > 0 && waited < 5000; waited += 5) await setTimeout(5);
  t.is(log.entriesSinceSync, 0);
});

test('one directory has one writer, and a closed log takes nothing more', async (t) => {
  const log = await openRealLog(t);
  await t.throwsAsync(openLog(log.path), { code: 'STORE_LOCKED' });
  log.append('a');
  t.true(log.isOpen);
  const closed = log.close();
  t.is(log.close(), closed);
  t.false(log.isOpen);
  const code = { code: 'STORE_CLOSED' };
  t.throws(() => log.append('b'), code);
  t.throws(() => log.retire(0), code);
  t.throws(() => log.flushSync(), code);
  t.throws(() => [...log.entries()], code);
  await t.throwsAsync(log.sync(), code);
  await closed;
  const other = await openRealLog(t, {}, log.path);
  t.deepEqual(textsOf(other.entries()), ['a']);
});

test('a log is closed when it leaves the block that disposes of it', async (t) => {
  const log = await openRealLog(t);
  log.append('a');
  await log[Symbol.asyncDispose]();
  t.false(log.isOpen);
  t.deepEqual(textsOf(readLog(log.path)), ['a']);
});

test('a closed log leaves its segments, its superblock and its lock, and nothing else', async (t) => {
  const log = await openRealLog(t, { segmentBytes: 65536 });
  fillLog(log, 3);
  const { length } = log.segments;
  await log.close();
  const names = readdirSync(log.path);
  t.is(names.filter((name) => name.startsWith('wal-')).length, length);
  const others = names.filter((name) => !name.startsWith('wal-'));
  t.deepEqual(others.sort(), ['LOCK', 'superblock']);
});

test('an epoch begins with its barrier and is kept across a close', async (t) => {
  const log = await openRealLog(t);
  t.is(log.epoch, 1);
  log.append('a');
  log.appendEpochBarrier();
  log.append('b');
  log.appendEpochBarrier(7);
  log.append('c');
  await log.close();
  const again = await openRealLog(t, {}, log.path);
  t.is(again.epoch, 7);
  t.deepEqual(
    [...again.entries()].map(({ epoch, kind }) => [epoch, kind]),
    [
      [1, 'bytes'],
      [2, 'epoch-barrier'],
      [2, 'bytes'],
      [7, 'epoch-barrier'],
      [7, 'bytes'],
    ],
  );
  t.is(again.appendEpochBarrier(), 6);
  t.is(again.epoch, 8);
});
