// What docs/seeds.md says of opening, closing and opening again: a log has one owner, goes on where it
// ended.

import test from 'ava';

import type { Log } from '../../src/wal-api.js';
import { openLog, readLog } from '../../src/wal-api.js';
import { newPath } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
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

test('opening makes the directory and a first segment of its whole length, ready for appends', async (t) => {
  for (const io of MEDIA) {
    const disk = new TestDisk({ seed: 1 });
    const { log } = await openOn(disk, { io });
    t.is(disk.kind(PATH), 'directory');
    t.deepEqual(segmentFiles(disk).length, 1);
    t.is(disk.sizeRaw(log.segmentPaths[0] ?? ''), SEGMENT_BYTES);
    t.is(log.recovery.outcome, 'new');
    t.is(log.append('one'), 1);
    await log.close();
  }
});

test('a log is made if there is none, unless that is forbidden', async (t) => {
  const path = newPath(t);
  await t.throwsAsync(openLog(path, { createIfMissing: false }), { code: 'STORE_NOT_FOUND' });
  const made = await openLog(path, { createIfMissing: true });
  t.deepEqual([made.position, made.syncedPosition, made.nextSequence, made.epoch], [0, 0, 1, 1]);
  await made.close();
  const again = await openLog(path, { createIfMissing: false });
  t.is(again.recovery.outcome, 'clean');
  await again.close();
});

test('a log is cut at a position on request and goes on there, durably', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    const texts = numbered(300, 1000);
    const starts: number[] = [];
    for (const text of texts) {
      starts.push(log.position);
      log.append(text);
    }
    t.true(log.stats().rotations > 2);
    await log.close();
    for (const kept of [0, 1, 150, 299]) {
      const position = starts[kept] ?? 0;
      const { log: cut, disk: cutDisk } = await openOn(disk.kill(), { io, position });
      t.deepEqual([cut.position, cut.syncedPosition], [position, position]);
      t.deepEqual(await textsOn(cutDisk.cut(1, 'lose-all-unsynced')), texts.slice(0, kept));
      cut.append('instead');
      await cut.sync();
      const after = [...texts.slice(0, kept), 'instead'];
      t.deepEqual(await textsOn(cutDisk.cut(1, 'lose-all-unsynced')), after);
      await cut.close();
      t.deepEqual(textsOf(readLog(realCopy(t, cutDisk))), after);
    }
  }
});

test('a position past the end, or inside an entry, is refused and nothing is changed', async (t) => {
  const { log, disk } = await openNewOn();
  for (const text of numbered(10)) log.append(text);
  await log.close();
  const before = disk.snapshotFiles();
  for (const position of [log.position + 1, log.position + 8, 2 ** 40, 8]) {
    await t.throwsAsync(openOn(disk, { position }), { code: 'POSITION_NOT_FOUND' });
  }
  t.deepEqual(disk.snapshotFiles(), before);
  t.is((await openOn(disk, { position: log.position })).log.position, log.position);
});

test('closing makes everything durable, gives back what it held and refuses what comes later', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    const texts = numbered(200, 1000);
    for (const text of texts) log.append(text);
    const closed = log.close();
    t.false(log.isOpen);
    t.is(log.close(), closed);
    await closed;
    t.deepEqual(await textsOn(disk.cut(1, 'lose-all-unsynced')), texts);
    for (const call of [() => log.append('x'), () => log.flush(), () => log.flushSync()]) {
      t.throws(call, { code: 'STORE_CLOSED' });
    }
    await t.throwsAsync(log.sync(), { code: 'STORE_CLOSED' });
    const count = (name: string) => disk.log.filter((call) => call.operation === name).length;
    t.is(count('unmapRegion'), count('mapRegion'));
    t.is(count('close'), count('create') + count('openRead') + count('openWrite'));
    disk.assertNoLateStores();
  }
});

test('a log that goes out of scope is closed', async (t) => {
  const path = newPath(t);
  const log = await openLog(path);
  log.append('one');
  await log[Symbol.asyncDispose]();
  t.false(log.isOpen);
  const again = await openReal(t, {}, path);
  t.is(again.recovery.outcome, 'clean');
  t.deepEqual(textsOf(again.entries()), ['one']);
});

test('a log is handed on as it is: by a reference, or by closing and opening', async (t) => {
  const path = newPath(t);
  const log = await openReal(t, {}, path);
  const owners: { log: Log }[] = [{ log }, { log }];
  t.deepEqual(
    owners.map((owner, index) => owner.log.append(`of ${index}`)),
    [1, 2],
  );
  await log.close();
  const next = await openReal(t, {}, path);
  t.is(next.position, log.position);
  next.append('of 2');
  await next.sync();
  t.deepEqual(textsOf(next.entries()), ['of 0', 'of 1', 'of 2']);
});

test('a log has one writer: a second open, here or elsewhere, is refused until it is closed', async (t) => {
  const path = newPath(t);
  const log = await openReal(t, {}, path);
  const copy = structuredClone(log);
  t.throws(() => copy.append('x'), { instanceOf: TypeError });
  await t.throwsAsync(openLog(path), { code: 'STORE_LOCKED' });
  const io = realMedia()[0] ?? 'buffered';
  t.deepEqual((await runChild({ kind: 'open', path, io })).lines, ['STORE_LOCKED']);
  log.append('still mine');
  await log.close();
  t.deepEqual((await runChild({ kind: 'open', path, io })).lines, ['opened']);
});

test('opening again never begins anew: nothing is truncated, numbers of segments only grow', async (t) => {
  for (const io of MEDIA) {
    let disk = new TestDisk({ seed: 5 });
    const texts: string[] = [];
    const seen = new Map<string, number>();
    for (let life = 0; life < 6; life++) {
      const { log } = await openOn(disk, { io });
      t.deepEqual(textsOf(log.entries()), texts);
      for (const text of numbered(150, 1000, texts.length)) {
        texts.push(text);
        log.append(text);
      }
      await log.sync();
      for (const { path, generation } of log.segments) {
        if (seen.has(path)) t.is(seen.get(path), generation);
        else t.true([...seen.values()].every((older) => older < generation));
        seen.set(path, generation);
      }
      if (life % 2 === 0) await log.close();
      t.deepEqual(
        disk.log.filter((one) => one.operation === 'create' && seen.has(one.path)),
        [],
      );
      disk = disk.kill();
    }
    t.true(seen.size > 10);
    t.deepEqual(await textsOn(disk, { io }), texts);
  }
});

test('sequences go on after any number of opens without an append, nothing is read twice', async (t) => {
  const path = newPath(t);
  const first = await openReal(t, {}, path);
  for (const text of numbered(5)) first.append(text);
  await first.close();
  for (let count = 0; count < 10; count++) await (await openReal(t, {}, path)).close();
  const log = await openReal(t, {}, path);
  t.is(log.nextSequence, 6);
  t.deepEqual(
    numbered(3, 16, 5).map((text) => log.append(text)),
    [6, 7, 8],
  );
  await log.close();
  t.deepEqual(textsOf(readLog(path)), numbered(8));
});

test('a log, or a newest segment, in which nothing was written yet keeps its next sequence', async (t) => {
  for (const io of MEDIA) {
    const { log: made, disk } = await openNewOn({ io, startSequence: 1000 });
    await made.close();
    for (let count = 0; count < 3; count++) await (await openOn(disk, { io })).log.close();
    const { log } = await openOn(disk, { io });
    const sequences = numbered(150, 1000).map((text) => log.append(text));
    t.is(sequences[0], 1000);
    await log.close();
    const { position, sequence = 0 } = log.segments.at(-1) ?? {};
    for (const options of [{ position }, {}, {}]) {
      const { log: empty } = await openOn(disk, { io, ...options });
      t.is(empty.nextSequence, sequence);
      await empty.close();
    }
    const { log: again } = await openOn(disk.kill(), { io });
    again.retire(again.position);
    t.is([...again.entries()].length, 0);
    t.is(again.append('next'), sequence);
    await again.close();
  }
});

test('epoch, sequence and position go on after a close and after a death', async (t) => {
  for (const io of MEDIA) {
    for (const isKilled of [false, true]) {
      const { log, disk } = await openNewOn({ io });
      log.appendEpochBarrier(5);
      for (const text of numbered(200, 1000)) log.append(text);
      log.appendEpochBarrier(9);
      log.append('last');
      await log.sync();
      const { nextSequence, position } = log;
      if (!isKilled) await log.close();
      const { log: again } = await openOn(disk.kill(), { io });
      t.deepEqual([again.epoch, again.nextSequence, again.position], [9, nextSequence, position]);
      t.is(again.append('more'), nextSequence);
      await again.sync();
      t.is([...again.entries()].at(-1)?.epoch, 9);
      await again.close();
    }
  }
});
