// What docs/seeds.md says of a log that was not closed: it is made sound in place, durably, before
// anything is appended, and goes on where the damage begins.

import test from 'ava';

import { readLog } from '../../src/wal-api.js';
import type { TestDisk } from '../support/test-disk.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openOn,
  PATH,
  realCopy,
  segmentFiles,
  textsOf,
  textsOn,
} from './seed-logs.js';

const SEGMENT_HEADER_BYTES = 4096;

test('behind a torn tail the log goes on: what is appended and synced there is read', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    for (const text of numbered(5)) log.append(text);
    await log.sync();
    const { position } = log;
    log.append('torn');
    log.flushSync();
    const torn = disk.kill();
    const file = `${PATH}/${segmentFiles(torn)[0]}`;
    torn.flipBit(file, SEGMENT_HEADER_BYTES + position + 20, 0);
    const { log: again } = await openOn(torn, { io });
    t.is(again.recovery.outcome, 'unclean');
    t.deepEqual([again.position, again.syncedPosition], [position, position]);
    for (const text of numbered(3, 16, 5)) again.append(text);
    await again.sync();
    t.deepEqual(await textsOn(torn.cut(1, 'lose-all-unsynced'), { io }), numbered(8));
    t.deepEqual(textsOf(readLog(realCopy(t, torn))), numbered(8));
    await again.close();
    t.deepEqual(await textsOn(torn, { io }), numbered(8));
  }
});

test('the end of a torn log is where the damaged record begins, to the byte', async (t) => {
  for (const damaged of [0, 4, 8, 12, 16, 20, 24]) {
    const { log, disk } = await openNewOn();
    log.append('whole');
    await log.sync();
    const { position } = log;
    log.append('damaged');
    log.flushSync();
    const torn = disk.kill();
    torn.flipBit(`${PATH}/${segmentFiles(torn)[0]}`, SEGMENT_HEADER_BYTES + position + damaged, 1);
    const { log: again } = await openOn(torn);
    t.is(again.position, position);
    const sequence = again.append('next');
    t.is(sequence, 2);
    await again.sync();
    const [, entry] = [...again.entries()];
    t.like(entry, { position, sequence });
    await again.close();
  }
});

test('what an open claims to be durable survives a cut right after it', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io }, { mode: 'told' });
    const texts = numbered(100, 100);
    for (const text of texts) log.append(text);
    if (io === 'buffered') {
      // Written by a round whose sync never ended: in the page cache, not on the disk.
      disk.failAt({ operation: 'sync', path: '/wal-', nth: 1, failedSync: 'lost' });
      t.throws(() => log.flushSync(), { code: 'STORE_POISONED' });
    }
    const { log: again, disk: next } = await openOn(disk.kill(), { io });
    t.is(again.syncedPosition, again.position);
    const claimed = textsOf(again.entries());
    t.deepEqual(claimed, texts);
    t.deepEqual(await textsOn(next.cut(1, 'lose-all-unsynced'), { io }), claimed);
  }
});

test('what a repair gave up stays away, whenever the power is cut', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io }, { mode: 'told' });
    for (const text of numbered(20)) log.append(text);
    log.flushSync();
    const { position } = log;
    log.append('damaged');
    for (const text of numbered(20, 16, 21)) log.append(text);
    if (io === 'buffered') {
      disk.failAt({ operation: 'sync', path: '/wal-', nth: 1, failedSync: 'appears-later' });
      t.throws(() => log.flushSync(), { code: 'STORE_POISONED' });
    }
    const torn = disk.kill().cut(2, 'keep-all');
    torn.flipBit(`${PATH}/${segmentFiles(torn)[0]}`, SEGMENT_HEADER_BYTES + position + 20, 0);
    const cuts: TestDisk[] = [];
    torn.onOperation(() => cuts.push(torn.cut(cuts.length)));
    const { log: again } = await openOn(torn, { io });
    torn.onOperation(undefined);
    t.is(again.recovery.droppedRecords, 20);
    const repaired = torn.cut(1, 'lose-all-unsynced');
    again.append('new 1');
    await again.sync();
    const later = torn.cut(1, 'lose-all-unsynced');
    t.true(cuts.length > 3);
    for (const cut of [...cuts, repaired]) t.deepEqual(await textsOn(cut, { io }), numbered(20));
    t.deepEqual(await textsOn(later, { io }), [...numbered(20), 'new 1']);
  }
});
