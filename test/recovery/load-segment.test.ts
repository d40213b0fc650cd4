// Loading of one segment file: what it must be, and the error for everything else.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { segmentName } from '../../src/format/file-name.js';
import {
  encodeSegmentHeader,
  SEGMENT_BYTES_MIN,
  SEGMENT_HEADER_BYTES,
  SEGMENT_OPEN,
} from '../../src/format/segment-header.js';
import { holdsRecords, loadSegment, SegmentBuffer } from '../../src/recovery/load-segment.js';
import { DIRECTORY, diskOf, withVersion } from '../support/built-log.js';
import { FIXTURE_STORE_ID, LogBuilder } from '../support/log-builder.js';
import { throwsWith } from '../support/stores.js';
import type { TestDisk } from '../support/test-disk.js';

const NAME = segmentName(2, 7);
const PATH = `${DIRECTORY}/${NAME}`;
const IDENTITY = { storeId: FIXTURE_STORE_ID, lane: 2, generation: 7 };

function built(): { disk: TestDisk; bytes: Uint8Array } {
  const log = new LogBuilder();
  const segment = log.segment({ lane: 2, generation: 7 });
  log.put(segment, 'key', 'value');
  return { disk: diskOf(log), bytes: segment.bytes };
}

function load(disk: TestDisk, identity = IDENTITY) {
  return loadSegment(disk, DIRECTORY, identity, new SegmentBuffer());
}

test('a segment is loaded whole, with its header and some zeros behind it', (t) => {
  const { disk, bytes } = built();
  const buffer = new SegmentBuffer();
  buffer.ensure(SEGMENT_BYTES_MIN);
  buffer.bytes.fill(0xee);
  const { contents, header, name, path } = loadSegment(disk, DIRECTORY, IDENTITY, buffer);
  t.deepEqual([name, path], [NAME, PATH]);
  t.deepEqual([header.lane, header.generation, header.state], [2, 7, SEGMENT_OPEN]);
  t.is(contents.length, SEGMENT_BYTES_MIN);
  t.deepEqual(contents.bytes.slice(0, SEGMENT_BYTES_MIN), bytes);
  t.deepEqual(new Set(contents.bytes.slice(SEGMENT_BYTES_MIN)), new Set([0]));
  t.is(contents.words.buffer, contents.bytes.buffer);
  t.is(disk.log.filter(({ operation }) => operation === 'close').length, 1);
});

test('memory is used again for a segment that fits, and grows for one that does not', (t) => {
  const buffer = new SegmentBuffer();
  buffer.ensure(1000);
  const { bytes } = buffer;
  buffer.ensure(900);
  t.is(buffer.bytes, bytes);
  buffer.ensure(2000);
  t.true(buffer.bytes.length >= 2000);
  t.is(buffer.bytes.length % 8, 0);
});

test('a segment that is not there is missing', (t) => {
  const { disk } = built();
  const error = throwsWith(t, 'CORRUPT', () => load(disk, { ...IDENTITY, generation: 8 }));
  t.is(error.file, `${DIRECTORY}/${segmentName(2, 8)}`);
  t.regex(error.message, /missing/);
  disk.removeRaw(PATH);
  disk.makeDirectory(PATH);
  t.regex(throwsWith(t, 'CORRUPT', () => load(disk)).message, /missing/);
});

test('any bit of the header that is flipped is damage', (t) => {
  for (let byte = 0; byte < 64; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      const { disk } = built();
      disk.flipBit(PATH, byte, bit);
      const error = throwsWith(t, 'CORRUPT', () => load(disk));
      t.deepEqual([error.file, error.offset], [PATH, 0]);
    }
  }
});

test('a header of another version is told as such', (t) => {
  const { disk, bytes } = built();
  disk.writeFileRaw(PATH, withVersion(bytes, 0, 9));
  const error = throwsWith(t, 'FORMAT_UNSUPPORTED', () => load(disk));
  t.deepEqual([error.file, error.offset, error.found], [PATH, 0, 9]);
});

test('a flipped bit in the rest of the header area is damage too', (t) => {
  for (let byte = 64; byte < SEGMENT_HEADER_BYTES; byte += 97) {
    const { disk } = built();
    disk.flipBit(PATH, byte, byte % 8);
    throwsWith(t, 'CORRUPT', () => load(disk));
  }
});

test('a segment of another store, lane or generation is refused under this name', (t) => {
  const common = { ...IDENTITY, segmentBytes: SEGMENT_BYTES_MIN, era: 0, state: SEGMENT_OPEN };
  for (const other of [{ lane: 1 }, { generation: 6 }, { storeId: new Uint8Array(16).fill(3) }]) {
    const { disk, bytes } = built();
    bytes.set(encodeSegmentHeader({ ...common, ...other }, crc32));
    disk.writeFileRaw(PATH, bytes);
    const error = throwsWith(t, 'CORRUPT', () => load(disk));
    t.regex(error.message, /another store, lane or generation/);
  }
});

test('a file whose length is not what its header says is damaged where it ends', (t) => {
  for (const length of [SEGMENT_BYTES_MIN - 1, SEGMENT_BYTES_MIN + 1, SEGMENT_HEADER_BYTES]) {
    const { disk } = built();
    disk.truncateRaw(PATH, length);
    const error = throwsWith(t, 'CORRUPT', () => load(disk));
    t.is(error.offset, Math.min(length, SEGMENT_BYTES_MIN));
    t.deepEqual([error.expected, error.found], [SEGMENT_BYTES_MIN, length]);
  }
  for (const length of [0, 1, 63, 64, SEGMENT_HEADER_BYTES - 1]) {
    const { disk } = built();
    disk.truncateRaw(PATH, length);
    t.is(throwsWith(t, 'CORRUPT', () => load(disk)).offset, 0);
  }
});

test('a read that fails is an error of the disk, and the file is closed', (t) => {
  for (const nth of [1, 2]) {
    const { disk } = built();
    disk.failAt({ operation: 'read', nth });
    throwsWith(t, 'IO_ERROR', () => load(disk));
    t.is(disk.log.filter(({ operation }) => operation === 'close').length, 1);
  }
});

test('a file holds records if one of any store can be read, and not if it is damaged or empty', (t) => {
  const name = { lane: 2, generation: 7 };
  t.true(holdsRecords(built().disk, DIRECTORY, name));
  const empty = new LogBuilder({ storeId: new Uint8Array(16).fill(9) });
  empty.segment({ lane: 2, generation: 7 });
  t.false(holdsRecords(diskOf(empty), DIRECTORY, name));
  for (const length of [0, 10, SEGMENT_HEADER_BYTES, 20_000]) {
    const { disk } = built();
    disk.truncateRaw(PATH, length);
    t.false(holdsRecords(disk, DIRECTORY, name));
  }
  const { disk } = built();
  disk.flipBit(PATH, SEGMENT_HEADER_BYTES + 9, 0);
  t.false(holdsRecords(disk, DIRECTORY, name));
});
