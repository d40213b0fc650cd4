// Repair in place: what survived is durable afterwards, what was given up is gone, and nothing that
// was proven durable is written again.

import test from 'ava';
import { openTestLog } from '../support/logs.js';

test('only what is not proven durable is written again', async (t) => {
  const { disk, log, sync } = await openTestLog();
  for (let index = 0; index < 200; index++) log.append(`entry ${index} `.padEnd(100, '.'));
  sync();
  const proven = log.append('carries the watermark');
  const synced = log.syncedPosition;
  sync();
  const left = disk.kill();
  const { environment } = await openTestLog({}, { disk: left });
  const writes = left.log.filter(
    (call) => call.operation === 'write' && call.path.includes('wal-l00-0000000001'),
  );
  t.true(proven > 0 && writes.length > 0);
  t.true(writes.every((call) => (call.offset ?? 0) >= 4096 + synced));
  t.is(environment.current!.durable, 201);
});

test('a tail behind a torn record is overwritten with zeros, to the end of the segment', async (t) => {
  const { disk, log, sync } = await openTestLog();
  log.append('kept');
  sync();
  for (let index = 0; index < 20; index++) log.append(`lost ${index} `.padEnd(900, '.'));
  const { position } = log;
  // The syncer's write reached the cache, its sync did not happen: nothing of it was acknowledged.
  disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
  sync();
  t.true(log.stats().isPoisoned);
  const left = disk.kill();
  const name = log.segmentPaths[0]!;
  const bytes = left.readFileRaw(name);
  const end = 4096 + 32;
  bytes[end + 12] = bytes[end + 12]! ^ 1;
  left.writeFileRaw(name, bytes);
  const opened = await openTestLog({}, { disk: left });
  t.is([...opened.log.entries()].length, 1);
  t.is(opened.log.recovery.droppedRecords, 19);
  const after = left.cut(1, 'lose-all-unsynced').readFileRaw(name);
  t.true(after.length > 4096 + position);
  t.true(after.subarray(end).every((byte) => byte === 0));
});
