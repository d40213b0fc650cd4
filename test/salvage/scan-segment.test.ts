// One segment file: whose it is, what is in it, and in which memory it is read.

import test from 'ava';

import { parseSegmentName } from '../../src/format/file-name.js';
import {
  isSameSegment,
  lookAtSegment,
  type ScannedSegment,
  SegmentScanner,
} from '../../src/salvage/scan-segment.js';
import { DIRECTORY, diskOf, withVersion } from '../support/built-log.js';
import { putCities, putVariety } from '../support/fixture-case.js';
import { FIXTURE_STORE_ID, LogBuilder } from '../support/log-builder.js';
import type { TestDisk } from '../support/test-disk.js';

const ONE = 'wal-l00-0000000001.log';
const TWO = 'wal-l00-0000000002.log';

async function scan(disk: TestDisk, name: string, paces: number[] = []): Promise<ScannedSegment> {
  const scanner = new SegmentScanner(disk, FIXTURE_STORE_ID, async (bytes, records) => {
    paces.push(bytes, records);
  });
  return await scanner.scan(lookAtSegment(disk, DIRECTORY, name, parseSegmentName(name)!));
}

test('records are told apart: of operations, of control, and copies with their era', async (t) => {
  const log = new LogBuilder({ era: 4 });
  const sealed = log.segment({ generation: 1, isSealed: true });
  log.sealed(sealed, 2, 7, ['alpha', 1]);
  log.sealed(sealed, 3, 1, ['beta', undefined]);
  log.seal(sealed, 2);
  const live = log.segment({ generation: 2 });
  putVariety(log, live);
  log.noOp(live);
  log.rotate(live, 5);
  const disk = diskOf(log);
  const first = await scan(disk, ONE);
  t.deepEqual([...first.sealed.values], [2 * 2 ** 32 + 7, 3 * 2 ** 32 + 1]);
  t.deepEqual([first.live.length, first.control.length, first.next], [0, 0, 2]);
  t.is(first.header?.era, 4);
  const second = await scan(disk, TWO);
  t.deepEqual([...second.live.values], [1, 2, 3, 4, 5, 6, 7, 8, 11]);
  t.deepEqual([...second.control.values], [9, 10, 12, 13]);
  t.deepEqual([second.durable, second.next, second.gaps], [11, 5, []]);
});

test('every byte and record is counted once on the way', async (t) => {
  const log = new LogBuilder();
  const first = log.segment({ generation: 1, segmentBytes: 2 << 20 });
  putCities(log, first, 1, 18_000);
  const paces: number[] = [];
  await scan(diskOf(log), ONE, paces);
  const sum = (odd: number) =>
    paces.filter((_, index) => index % 2 === odd).reduce((total, one) => total + one, 0);
  t.is(paces.length, 4);
  t.deepEqual([sum(0), sum(1)], [2 << 20, 18_000]);
});

test('without its header a segment is what its name says', async (t) => {
  const log = new LogBuilder();
  putCities(log, log.segment({ generation: 1 }), 1, 3);
  const disk = diskOf(log);
  disk.flipBit(`${DIRECTORY}/${ONE}`, 20, 3);
  const found = await scan(disk, ONE);
  t.is(found.header, undefined);
  t.is(found.file.header, 'checksum');
  t.deepEqual([found.generation, found.live.length], [1, 3]);
});

test('under another name a segment is what its header says', async (t) => {
  const log = new LogBuilder();
  putCities(log, log.segment({ generation: 1 }), 1, 3);
  const disk = diskOf(log);
  disk.renameRaw(`${DIRECTORY}/${ONE}`, `${DIRECTORY}/wal-l03-0000000009.log`);
  const found = await scan(disk, 'wal-l03-0000000009.log');
  t.deepEqual([found.lane, found.generation, found.live.length], [0, 1, 3]);
  t.is(found.header?.generation, 1);
});

test('with the header of another segment it is what its records say', async (t) => {
  const log = new LogBuilder();
  const first = log.segment({ generation: 1 });
  const second = log.segment({ generation: 2 });
  putCities(log, second, 1, 3);
  second.bytes.set(first.bytes.subarray(0, 4096));
  const found = await scan(diskOf(log), TWO);
  t.deepEqual([found.generation, found.live.length, found.header], [2, 3, undefined]);
});

test('a file of any length is read as far as it goes', async (t) => {
  const log = new LogBuilder();
  const first = log.segment({ generation: 1 });
  putCities(log, first, 1, 5);
  for (const [bytes, records] of [
    [0, 0],
    [100, 0],
    [first.offsets[2]!, 2],
    [first.offsets[2]! + 11, 2],
    [first.end, 5],
    [65_536, 5],
    [70_001, 5],
  ] as const) {
    const disk = diskOf(log);
    disk.truncateRaw(`${DIRECTORY}/${ONE}`, bytes);
    const found = await scan(disk, ONE);
    t.is(found.live.length, records, `${bytes} bytes`);
    t.is(found.file.length, bytes);
  }
});

test('what the disk refuses is named, the rest is read', async (t) => {
  const log = new LogBuilder();
  const first = log.segment({ generation: 1 });
  putCities(log, first, 1, 300);
  const disk = diskOf(log);
  // The header, the whole, then block by block: the third one is refused.
  disk.failAt({ operation: 'read', nth: 2 });
  disk.failAt({ operation: 'read', nth: 5 });
  const found = await scan(disk, ONE);
  t.deepEqual(found.refused, [{ offset: 8192, bytes: 4096 }]);
  const isLost = (offset: number, index: number) =>
    offset < 12_288 && (first.offsets[index + 1] ?? first.end) > 8192;
  const left = first.offsets.map((offset, index) => (isLost(offset, index) ? 0 : index + 1));
  t.deepEqual(
    [...found.live.values],
    left.filter((one) => one !== 0),
  );
  t.is(found.gaps.length, 1);
});

test('another format version is told, and the records of a log are noticed', async (t) => {
  const log = new LogBuilder();
  const first = log.segment({ generation: 1 });
  first.append({ kind: 'entry', sequence: 1, durable: 0, value: 'aabb' });
  const disk = diskOf(log);
  t.true((await scan(disk, ONE)).hasEntries);
  disk.writeFileRaw(`${DIRECTORY}/${ONE}`, withVersion(first.bytes, 0, 7));
  const looked = lookAtSegment(disk, DIRECTORY, ONE, { lane: 0, generation: 1 });
  t.is(looked.otherVersion, 7);
});

test('segments are the same by lane and generation', (t) => {
  t.true(isSameSegment({ lane: 1, generation: 2 }, { lane: 1, generation: 2 }));
  t.false(isSameSegment({ lane: 1, generation: 2 }, { lane: 0, generation: 2 }));
  t.false(isSameSegment({ lane: 1, generation: 2 }, { lane: 1, generation: 3 }));
});
