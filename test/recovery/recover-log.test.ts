// Where a log ends, and whether that is a torn tail or missing data.

import test from 'ava';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { recoverLog } from '../../src/recovery/recover-log.js';
import { fillLog, openTestLog } from '../support/logs.js';
import type { TestDisk } from '../support/test-disk.js';

const NAME = '/log/wal-l00-0000000001.log';

function recoverDisk(disk: TestDisk) {
  return recoverLog(disk, '/log', readSuperblock(disk, '/log'));
}

test('recovery changes no byte', async (t) => {
  const { log, disk, sync } = await openTestLog();
  fillLog(log, 3);
  sync();
  log.append('unsynced');
  const left = disk.kill();
  const before = left.stateHash();
  const report = recoverDisk(left);
  t.is(left.stateHash(), before);
  t.like(report, { outcome: 'unclean', era: 0, epoch: 1 });
  t.is(report.places.length, 4);
  t.is(report.endOffset, 4096 + log.syncedPosition - report.places.at(-1)!.position);
});

test('every byte of a synced log matters: a flip is refused, or was never acknowledged', async (t) => {
  const { log, disk, sync } = await openTestLog();
  for (let index = 0; index < 30; index++) {
    log.append(`entry ${index} `.padEnd(60 + index, '.'));
    if (index % 7 === 0) sync();
  }
  sync();
  log.append('carries the watermark');
  sync();
  const proven = recoverDisk(disk.kill()).durable;
  const bytes = disk.readFileRaw(NAME);
  const last = 4096 + log.position;
  let refused = 0;
  for (let at = 4096; at < last; at++) {
    const left = disk.kill();
    const flipped = bytes.slice();
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    left.writeFileRaw(NAME, flipped);
    try {
      const { nextSequence } = recoverDisk(left);
      t.true(nextSequence - 1 >= proven, `byte ${at}`);
    } catch (error) {
      t.like(error, { code: 'CORRUPT', file: NAME });
      refused++;
    }
  }
  t.true(refused > (last - 4096) / 2);
});

test('a log of which a later segment holds records that were durable is not cut short', async (t) => {
  const { log, disk, sync } = await openTestLog({ ringSegments: 8 });
  fillLog(log, 2);
  sync();
  log.append('knows');
  sync();
  const left = disk.kill();
  const bytes = left.readFileRaw(NAME);
  // The trailer of the first segment is gone: what comes behind cannot be reached.
  const end = 4096 + log.segments[1]!.position;
  bytes.fill(0, end - 32, end);
  left.writeFileRaw(NAME, bytes);
  const error = t.throws(() => recoverDisk(left), { code: 'CORRUPT', message: /was durable/ });
  t.like(error, { file: NAME, offset: end - 32 });
});

test('files that are no part of the log are leftovers', async (t) => {
  const { log, disk, sync, environment } = await openTestLog();
  log.append('x'.repeat(40_000));
  log.append('asks for a standby');
  environment.current!.prepare();
  sync();
  const left = disk.kill();
  left.writeFileRaw('/log/preparing-l00-0000000009.tmp', Uint8Array.of(1));
  left.writeFileRaw('/log/wal-l00-0000000077.log', Uint8Array.of(1));
  const { leftovers } = recoverDisk(left);
  t.deepEqual(leftovers, [
    'preparing-l00-0000000009.tmp',
    'wal-l00-0000000002.log',
    'wal-l00-0000000077.log',
  ]);
});

test('a closed log ends exactly where its superblock says', async (t) => {
  const { log, disk, sync } = await openTestLog();
  log.append('a');
  log.append('b');
  const closed = log.close();
  sync();
  await closed;
  t.like(recoverDisk(disk.kill()), { outcome: 'clean', records: 2, hasTail: false });
  const left = disk.kill();
  const bytes = left.readFileRaw(NAME);
  bytes.fill(0, 4096 + 32, 4096 + 64);
  left.writeFileRaw(NAME, bytes);
  t.throws(() => recoverDisk(left), { code: 'CORRUPT' });
});
