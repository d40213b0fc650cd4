// What the calls of a log share: positions, counters, the watermark of an idle log, poison, closing.

import { setTimeout } from 'node:timers/promises';

import test from 'ava';
import { fillLog, openTestLog, textsOf } from '../support/logs.js';

test('the synced position follows the position from sync to sync and never passes it', async (t) => {
  const { log, sync } = await openTestLog();
  let before = 0;
  for (let round = 0; round < 60; round++) {
    log.append('x'.repeat(round * 97));
    t.is(log.syncedPosition, before);
    if (round % 3 !== 0) continue;
    sync();
    before = log.syncedPosition;
    t.is(before, log.position);
  }
});

test('rotated segments count as synced only when they are, oldest first', async (t) => {
  const { log, disk, sync } = await openTestLog({ ringSegments: 8 });
  log.append('a');
  sync();
  const { position } = log;
  fillLog(log, 3);
  t.is(log.syncedPosition, position);
  disk.failAt({ operation: 'sync', path: 'wal-l00-0000000001', nth: 1 });
  sync();
  t.is(log.syncedPosition, position);
  t.true(log.syncedPosition < log.segments[1]!.position);
});

test('entries since the last sync do not count what the log writes for itself', async (t) => {
  const { log, sync } = await openTestLog({ ringSegments: 8 });
  const texts = fillLog(log, 3);
  t.is(log.entriesSinceSync, texts.length);
  t.is(log.nextSequence, texts.length + 3 + 1);
  sync();
  t.is(log.entriesSinceSync, 0);
  log.append('a');
  t.is(log.entriesSinceSync, 1);
});

test('an idle log writes one no-op that carries the watermark, and no more', async (t) => {
  const { log, environment, disk } = await openTestLog({}, { mode: 'urgent', idleMs: 5 });
  const sequence = log.append('a');
  await log.sync();
  for (let waited = 0; log.nextSequence === sequence + 1 && waited < 5000; waited++) {
    await setTimeout(1);
  }
  await setTimeout(30);
  t.is(log.nextSequence, sequence + 2);
  t.is(environment.current!.durable, sequence + 1);
  t.is(log.entriesSinceSync, 0);
  t.deepEqual(textsOf(log.entries()), ['a']);
  const calls = disk.operationCount;
  await setTimeout(30);
  t.is(disk.operationCount, calls);
});

test('after a failed sync nothing more is taken, and it is not tried again', async (t) => {
  const { log, disk, sync } = await openTestLog();
  log.append('a');
  sync();
  const acknowledged = log.syncedPosition;
  disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
  log.append('b');
  const waiting = log.sync();
  const boundary = log.submitSync();
  sync();
  const code = { code: 'STORE_POISONED' };
  await t.throwsAsync(waiting, code);
  t.throws(() => log.append('c'), code);
  t.throws(() => log.isSynced(boundary), code);
  t.throws(() => log.flushSync(), code);
  t.throws(() => log.submitSync(), code);
  await t.throwsAsync(log.sync(), code);
  t.false(log.isSyncPending);
  t.true(log.stats().isPoisoned);
  const calls = disk.log.filter((call) => call.operation === 'sync').length;
  sync();
  sync();
  t.is(disk.log.filter((call) => call.operation === 'sync').length, calls);
  t.is(log.syncedPosition, acknowledged);
  await t.throwsAsync(log.close(), code);
});

test('a full disk refuses the append that needs a segment, and the log goes on with room', async (t) => {
  const { log, disk, sync } = await openTestLog();
  log.append('a');
  const failure = disk.failAt({
    operation: 'allocate',
    nth: 1,
    errno: 'ENOSPC',
    persistent: true,
  });
  const before = fillUntilRefused(log);
  t.is(before.code, 'DISK_FULL');
  t.throws(() => log.append('x'.repeat(9000)), { code: 'DISK_FULL' });
  t.true(failure.failed > 0);
  const { position } = log;
  log.append('small');
  t.true(log.position > position);
  disk.clearFaults();
  log.append('x'.repeat(9000));
  sync();
  sync();
  t.is(log.syncedPosition, log.position);
});

function fillUntilRefused(log: { append(data: string): number }): { code?: string } {
  try {
    for (;;) log.append('x'.repeat(9000));
  } catch (error) {
    return error as { code?: string };
  }
}

test('a ring that never drains is an error after the longest wait, with nothing appended', async (t) => {
  const { log, environment, disk } = await openTestLog({ stallMsMax: 30, ringSegments: 2 });
  const background = environment.current!;
  background.drain = () => undefined;
  background.awaitDurable = () => undefined;
  const error = fillUntilRefused(log);
  t.is(error.code, 'STORE_STALLED');
  const { position, nextSequence } = log;
  t.throws(() => log.append('x'.repeat(9000)), { code: 'STORE_STALLED' });
  t.deepEqual([log.position, log.nextSequence], [position, nextSequence]);
  background.runRound();
  log.append('x'.repeat(9000));
  background.runRound();
  background.runRound();
  t.is(log.syncedPosition, log.position);
  t.true(disk.operationCount > 0);
});
