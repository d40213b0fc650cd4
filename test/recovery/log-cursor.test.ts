// The cursor over a whole log.

import test from 'ava';
import {
  beginningOf,
  isOwnRecord,
  LogCursor,
  offsetIn,
  placeName,
} from '../../src/recovery/log-cursor.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { fillLog, openTestLog } from '../support/logs.js';

async function written() {
  const opened = await openTestLog({ ringSegments: 8 });
  const { log, disk, sync } = opened;
  fillLog(log, 2);
  log.appendEpochBarrier(5);
  fillLog(log, 1);
  sync();
  const { block } = readSuperblock(disk, '/log');
  const source = { fileSystem: disk, directory: '/log', storeId: block.storeId };
  return { ...opened, block, source };
}

test('every record has the sequence, position and epoch it was appended with', async (t) => {
  const { log, block, source } = await written();
  const cursor = new LogCursor(source, beginningOf(block));
  const entries = [...log.entries()];
  let own = 0;
  let index = 0;
  for (let expected = 1; cursor.advance(); expected++) {
    t.is(cursor.sequence, expected);
    t.is(cursor.offset, offsetIn(cursor.place, cursor.position));
    if (isOwnRecord(cursor.kind)) own++;
    else {
      const { sequence, position, end, epoch } = cursor;
      t.like(entries[index++]!, { sequence, position, end, epoch });
    }
  }
  t.is(own, 3);
  t.is(index, entries.length);
  t.is(cursor.end, log.position);
  t.is(cursor.nextSequence, log.nextSequence);
  t.deepEqual(
    cursor.places.map(placeName),
    log.segmentPaths.map((path) => path.slice(5)),
  );
  cursor.close();
});

test('it may begin at any segment', async (t) => {
  const { log, block, source } = await written();
  const whole = new LogCursor(source, beginningOf(block));
  while (whole.advance());
  for (const place of whole.places) {
    const cursor = new LogCursor(source, place);
    t.true(cursor.advance());
    t.is(cursor.sequence, place.sequence);
    t.is(cursor.position, place.position);
    while (cursor.advance());
    t.is(cursor.end, log.position);
    t.is(cursor.epoch, 5);
    cursor.close();
  }
  whole.close();
});

test('a segment that is not the next one is refused: missing, sealed or out of order', async (t) => {
  const { disk, block, source } = await written();
  const names = disk.list('/log').filter((name) => name.startsWith('wal-'));
  const walk = (fileSystem: typeof disk) => {
    const cursor = new LogCursor({ ...source, fileSystem }, beginningOf(block));
    while (cursor.advance());
  };
  const missing = disk.kill();
  missing.removeRaw(`/log/${names[1]}`);
  t.throws(() => walk(missing), { code: 'CORRUPT', message: /missing/ });
  const swapped = disk.kill();
  const second = swapped.readFileRaw(`/log/${names[1]}`);
  swapped.writeFileRaw(`/log/${names[1]}`, swapped.readFileRaw(`/log/${names[2]}`));
  t.throws(() => walk(swapped), { code: 'CORRUPT', message: /another/ });
  const again = disk.kill();
  const first = again.readFileRaw(`/log/${names[0]}`);
  second.set(first.subarray(4096), 4096);
  again.writeFileRaw(`/log/${names[1]}`, second);
  t.notThrows(() => walk(again));
  const late = { ...beginningOf(block), sequence: 2 };
  t.throws(() => new LogCursor(source, late).advance(), { code: 'CORRUPT', message: /expected/ });
});
