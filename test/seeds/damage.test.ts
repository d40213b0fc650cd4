// What docs/seeds.md says of damage: it is told from the end of a log by everything that reads one,
// there is no lenient way, and what was never part of the log is not taken for it.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import type { Log, LogEntry } from '../../src/wal-api.js';
import { followLog, isLaneError, readLog } from '../../src/wal-api.js';
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
const VERSION_OFFSET = 8;
const TEXTS = numbered(250, 1000);

/** A log of several segments, each entry synced before the last of them was appended. */
async function several(isClosed: boolean): Promise<{ log: Log; disk: TestDisk }> {
  const { log, disk } = await openNewOn();
  for (const text of TEXTS.slice(0, -1)) log.append(text);
  await log.sync();
  log.append(TEXTS.at(-1) ?? '');
  await log.sync();
  if (isClosed) await log.close();
  return { log, disk: disk.kill() };
}

async function followed(path: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of followLog(path, { pollMs: 1 })) {
    entries.push(entry);
    if (entries.length === TEXTS.length) break;
  }
  return entries;
}

test('a bit that flips anywhere in a log is found by all that read it, closed or not', async (t) => {
  for (const isClosed of [true, false]) {
    const { log, disk } = await several(isClosed);
    const [first, second] = log.segments;
    for (const { place, at } of [
      { place: first, at: 0 },
      { place: first, at: 20_000 },
      { place: second, at: 1000 },
    ]) {
      const damaged = disk.kill();
      damaged.flipBit(place?.path ?? '', SEGMENT_HEADER_BYTES + at, 3);
      const error = await t.throwsAsync(openOn(damaged));
      t.true(isLaneError(error, 'CORRUPT') && error.file === place?.path);
      const path = realCopy(t, damaged);
      const name = isClosed ? 'closed' : 'killed';
      t.throws(
        () => [...readLog(path)].length,
        { code: 'CORRUPT' },
        `readLog of a ${name} log at ${at}`,
      );
      await t.throwsAsync(followed(path), { code: 'CORRUPT' }, `followLog, ${name}, ${at}`);
    }
    t.deepEqual(textsOf(readLog(realCopy(t, disk))), TEXTS);
  }
});

test('entries of an open log end with an error, not early, if its file is damaged', async (t) => {
  const { log, disk } = await openNewOn();
  for (const text of TEXTS) log.append(text);
  await log.sync();
  t.deepEqual(textsOf(log.entries()), TEXTS);
  disk.flipBit(log.segmentPaths[1] ?? '', SEGMENT_HEADER_BYTES + 5000, 0);
  t.throws(() => [...log.entries()].length, { code: 'CORRUPT' });
  await log.close();
});

test('garbage behind the last entry is no entry and hides none', async (t) => {
  for (const isClosed of [true, false]) {
    const { log, disk } = await openNewOn();
    const texts = numbered(5);
    for (const text of texts) log.append(text);
    await log.sync();
    if (isClosed) await log.close();
    const torn = disk.kill();
    const file = `${PATH}/${segmentFiles(torn)[0]}`;
    const end = SEGMENT_HEADER_BYTES + log.position;
    for (let at = end; at < end + 300; at++) torn.flipBit(file, at, at % 8);
    t.deepEqual(textsOf(readLog(realCopy(t, torn))), texts);
    const { log: again } = await openOn(torn);
    t.deepEqual(textsOf(again.entries()), texts);
    again.append('next');
    await again.sync();
    t.deepEqual(await textsOn(torn.cut(1, 'lose-all-unsynced')), [...texts, 'next']);
  }
});

test('a segment that is missing is found, the first, a middle one and the last', async (t) => {
  for (const isClosed of [true, false]) {
    const { log, disk } = await several(isClosed);
    t.true(log.segmentPaths.length >= 4);
    for (const path of [0, 2, -1].map((index) => log.segmentPaths.at(index) ?? '')) {
      const damaged = disk.kill();
      damaged.removeRaw(path);
      const error = await t.throwsAsync(openOn(damaged));
      t.true(isLaneError(error, 'CORRUPT'), `${error}`);
      t.throws(() => [...readLog(realCopy(t, damaged))].length, { code: 'CORRUPT' });
    }
  }
});

test('a segment in the place of another one is refused, though each of its records is sound', async (t) => {
  const { log, disk } = await several(true);
  const [, second = '', third = ''] = log.segmentPaths;
  const damaged = disk.kill();
  damaged.writeFileRaw(second, disk.readFileRaw(third));
  const error = await t.throwsAsync(openOn(damaged));
  t.true(isLaneError(error, 'CORRUPT') && error.file === second);
});

test('the zeros of a segment that is not full are a clean end', async (t) => {
  for (const io of MEDIA) {
    for (const count of [0, 1, 100]) {
      const { log, disk } = await openNewOn({ io });
      for (const text of numbered(count)) log.append(text);
      await log.sync();
      const file = disk.readFileRaw(log.segmentPaths[0] ?? '');
      t.true(file.subarray(SEGMENT_HEADER_BYTES + log.position).every((byte) => byte === 0));
      const { log: again } = await openOn(disk.kill(), { io });
      t.is(again.recovery.droppedRecords, 0);
      t.deepEqual(textsOf(again.entries()), numbered(count));
      await log.close();
      t.deepEqual(textsOf(readLog(realCopy(t, disk))), numbered(count));
    }
  }
});

test('a file of another version is refused as such', async (t) => {
  const { log, disk } = await several(true);
  const file = log.segmentPaths[1] ?? '';
  for (const version of [0, 2, 65535]) {
    const damaged = disk.kill();
    const bytes = damaged.readFileRaw(file);
    new DataView(bytes.buffer, bytes.byteOffset).setUint16(VERSION_OFFSET, version, true);
    sealFileHeader(bytes, 0, crc32);
    damaged.writeFileRaw(file, bytes);
    const error = await t.throwsAsync(openOn(damaged));
    t.true(isLaneError(error, 'FORMAT_UNSUPPORTED') && error.file === file);
    const path = realCopy(t, damaged);
    t.throws(() => [...readLog(path)].length, { code: 'FORMAT_UNSUPPORTED' });
  }
});
