// What docs/seeds.md says of the ring of segments: it makes a writer wait, never fail; a failure in it
// leaves it whole; its files are reserved, in order, and given up again.

import { readFileSync } from 'node:fs';

import test from 'ava';

import { segmentName } from '../../src/format/file-name.js';
import { isLaneError, readLog } from '../../src/wal-api.js';
import { newPath } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import type { Io } from './seed-logs.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openOn,
  openReal,
  PATH,
  realCopy,
  realMedia,
  runChild,
  SEGMENT_BYTES,
  segmentFiles,
  textsOf,
  textsOn,
} from './seed-logs.js';

const PAGE_BYTES = 4096;

test('a writer faster than the disk waits: every append of a tight loop is taken', async (t) => {
  for (const io of realMedia()) {
    const log = await openReal(t, { io, ringSegments: 2 });
    const texts = numbered(120, 30_000);
    for (const text of texts) log.append(text);
    const { stalls, rotations } = log.stats();
    t.true(stalls > 0 && rotations > 50, `${stalls} stalls, ${rotations} rotations`);
    await log.sync();
    t.deepEqual(textsOf(log.entries()), texts);
    await log.close();
  }
});

test('after a rotation that failed, small entries go on where they fit, and none is lost', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    const accepted = numbered(2, 25_000);
    for (const text of accepted) log.append(text);
    disk.capacityBytes = disk.usedBytes();
    t.throws(() => log.append('x'.repeat(25_000)), { code: 'DISK_FULL' });
    for (const text of numbered(20, 100, 2)) {
      accepted.push(text);
      log.append(text);
    }
    await log.sync();
    t.deepEqual(await textsOn(disk.cut(1, 'lose-all-unsynced'), { io }), accepted);
    disk.capacityBytes = undefined;
    disk.failAt({ operation: 'create', nth: 1 });
    t.throws(() => log.append('x'.repeat(25_000)), { code: 'STORE_POISONED' });
    t.throws(() => log.append('small'), { code: 'STORE_POISONED' });
    await t.throwsAsync(log.close());
    t.deepEqual(await textsOn(disk.kill(), { io }), accepted);
  }
});

test('a full disk fails any one step of preparing a segment: the ring still cycles', async (t) => {
  for (const io of MEDIA) {
    for (const prepares of [false, true]) {
      let failed = 0;
      for (let step = 1; step <= 10; step++) {
        const ring = { io, ringSegments: 2, stallMsMax: 300 };
        const { log, disk, background } = await openNewOn(ring, { prepares });
        const path = step === 10 ? undefined : 'preparing-';
        const operation = step === 10 ? 'syncDirectory' : 'mutating';
        const plan = { operation, nth: step === 10 ? 1 : step, errno: 'ENOSPC' } as const;
        const fault = disk.failAt(path === undefined ? plan : { ...plan, path });
        const accepted: string[] = [];
        for (const text of numbered(400, 2000)) {
          try {
            log.append(text);
            accepted.push(text);
          } catch (error) {
            t.true(isLaneError(error, 'DISK_FULL'), `${error}`);
          }
          if (accepted.length % 10 === 0) background.runRound();
        }
        failed += fault.failed;
        t.true(log.stats().rotations > 10);
        t.true(accepted.length >= 399);
        await log.close();
        t.deepEqual(textsOf(readLog(realCopy(t, disk))), accepted);
        t.false(disk.list(PATH).some((name) => name.startsWith('preparing-')));
      }
      t.true(failed >= 6, `${failed}`);
    }
  }
});

test('a full disk refuses an append, never a store into a mapping: its blocks are there before', async (t) => {
  for (const io of MEDIA) {
    const disk = new TestDisk({ seed: 1, capacityBytes: 400_000 });
    const { log } = await openOn(disk, { io });
    const accepted: string[] = [];
    const fill = () => {
      for (const text of numbered(1000, 3000)) {
        log.append(text);
        accepted.push(text);
      }
    };
    t.throws(fill, { code: 'DISK_FULL' });
    t.true(accepted.length > 50);
    for (const call of disk.log) {
      if (call.operation !== 'mapRegion') continue;
      const reserved = disk.log.findLast(
        (one) => one.number < call.number && one.operation === 'allocate' && one.path === call.path,
      );
      t.is(reserved?.bytes, call.bytes);
    }
    await log.sync();
    t.deepEqual(textsOf(readLog(realCopy(t, disk))), accepted);
    disk.capacityBytes = undefined;
    log.append('there is room again');
    await log.close();
    t.deepEqual(await textsOn(disk, { io }), [...accepted, 'there is room again']);
  }
});

test('with checkpoints a long run keeps few files, the newest entries and nothing older', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io }, { prepares: true });
    let filesMax = 0;
    let kept: string[] = [];
    for (let round = 0; round < 60; round++) {
      const { position } = log;
      kept = numbered(50, 1000, round * 50);
      for (const text of kept) log.append(text);
      log.appendCheckpoint(round);
      await log.sync();
      log.retire(position);
      filesMax = Math.max(filesMax, segmentFiles(disk).length);
      t.true(log.firstPosition <= position);
    }
    t.true(log.position > 40 * SEGMENT_BYTES);
    t.true(filesMax <= 5, `${filesMax} files`);
    log.append('after the last checkpoint');
    await log.sync();
    const found = await textsOn(disk.cut(1, 'lose-all-unsynced'), { io });
    t.deepEqual(found.slice(-52), [...kept, 'checkpoint 59', 'after the last checkpoint']);
    t.true(found.length < 200);
    await log.close();
  }
});

test('a segment that is used again shows nothing of what it held before', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io, ringSegments: 16 });
    const old = numbered(250, 1000);
    for (const text of old) log.append(text);
    await log.sync();
    log.retire(log.position);
    const renamed = disk.log.filter((call) => call.operation === 'rename').at(-1);
    const name = renamed?.to ?? '';
    const stale = Buffer.from(disk.readFileRaw(name));
    t.true(old.some((text) => stale.includes(text)));
    while (!log.segmentPaths.includes(name)) log.append('fill'.repeat(100));
    log.append('new');
    await log.sync();
    const { log: again } = await openOn(disk.kill(), { io });
    t.is(again.recovery.droppedRecords, 0);
    const found = textsOf(again.entries());
    t.is(found.at(-1), 'new');
    const { sequence } = [...again.entries()].at(-1) ?? {};
    t.is(sequence, again.nextSequence - 1);
    t.is(found.filter((text) => text === 'new').length, 1);
    await log.close();
  }
});

test('the paths of the segments are those of its files, in order, also of older lives and closed', async (t) => {
  for (const io of MEDIA) {
    const disk = new TestDisk({ seed: 2 });
    for (let life = 1; life <= 3; life++) {
      const { log } = await openOn(disk, { io });
      for (const text of numbered(200, 1000)) log.append(text);
      await log.close();
      const { segments, segmentPaths } = log;
      t.deepEqual(
        segmentFiles(disk).map((name) => `${PATH}/${name}`),
        segmentPaths,
      );
      t.true(segments.length > 3 * life);
      const { log: again } = await openOn(disk.kill(), { io });
      const entries = [...again.entries()];
      for (const { position, sequence, epoch, path, generation } of segments) {
        const first = entries.find((entry) => entry.sequence >= sequence);
        t.like(first, { position, sequence, epoch });
        t.is(path, `${PATH}/${segmentName(0, generation)}`);
        t.is(disk.sizeRaw(path), SEGMENT_BYTES);
      }
    }
  }
});

test('segments written by turns through both media are read in one order', async (t) => {
  const disk = new TestDisk({ seed: 4 });
  const texts: string[] = [];
  const media: Io[] = ['mapped', 'buffered', 'mapped', 'mapped', 'buffered', 'buffered'];
  for (const io of media) {
    const { log } = await openOn(disk, { io });
    for (const text of numbered(150, 1000, texts.length)) {
      texts.push(text);
      log.append(text);
    }
    await log.close();
  }
  const entries = [...readLog(realCopy(t, disk))];
  t.deepEqual(textsOf(entries), texts);
  t.true(entries.every((one, index) => index === 0 || one.sequence > entries[index - 1]!.sequence));
  t.true(segmentFiles(disk).length > 10);
});

/** Minor page faults of this thread so far. */
function minorFaults(): number {
  const text = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[7]);
}

test('the first stores into a standby meet no page faults, mapped ones one short one a page', async (t) => {
  if (process.platform !== 'linux') {
    t.pass('page faults of a thread are counted on Linux only');
    return;
  }
  for (const io of realMedia()) {
    const log = await openReal(t, { io, segmentBytes: 4 << 20 });
    const piece = new Uint8Array(PAGE_BYTES - 100).fill(7);
    const fill = (until: number) => {
      while (log.position < until) log.append(piece);
    };
    fill(900_000);
    while (log.stats().standbys === 0) await log.sync().then(() => log.append('x'));
    while (log.stats().rotations === 0) log.append(piece);
    log.append(piece);
    const { position } = log;
    const before = minorFaults();
    fill(position + (1 << 20));
    const faults = minorFaults() - before;
    const { rotations, inPlace } = log.stats();
    t.deepEqual({ rotations, inPlace }, { rotations: 1, inPlace: 0 });
    t.log(`${io}: ${faults} faults`);
    // A mapped page was written and synced, so it is there, but protected until it is dirty again;
    // once more where the syncer comes by while it is being filled.
    const pages = io === 'mapped' ? (2 << 20) / PAGE_BYTES : 0;
    t.true(faults < pages + 64, `${io}: ${faults} faults`);
    await log.close();
  }
});

test('an open log at rest takes no processor time, whatever the ring', async (t) => {
  for (const io of realMedia()) {
    const { lines } = await runChild({ kind: 'idle', path: newPath(t), io });
    t.is(lines.length, 2);
    t.log(`${io}: ${lines.join(' and ')} ms in a second`);
    for (const cpuMs of lines) t.true(Number(cpuMs) < 15, `${cpuMs} ms`);
  }
});
