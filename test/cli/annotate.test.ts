// Annotated structures: golden lines, every byte in exactly one line, and any damage still gives lines.

import test from 'ava';
import fc from 'fast-check';

import { annotate, kindName, type Structure } from '../../src/cli/annotate.js';
import { crc32 } from '../../src/codec/crc32.js';
import { encodeSegmentHeader, SEGMENT_OPEN } from '../../src/format/segment-header.js';
import { encodeSuperblockSlot, STORE_CLEAN } from '../../src/format/superblock.js';
import { annotatedBytes } from '../support/annotated-bytes.js';
import { checkProperty } from '../support/property.js';
import { encodeRecord, SAMPLE_SEGMENT, type SampleRecord } from '../support/record-codec.js';
import { SAMPLES } from '../support/sample-records.js';

const HEADER = encodeSegmentHeader(
  { ...SAMPLE_SEGMENT, segmentBytes: 1048576, era: 1, state: SEGMENT_OPEN },
  crc32,
);
const LANE = {
  lane: 0,
  firstGeneration: 1,
  liveGeneration: 1,
  endGeneration: 1,
  endOffset: 4120,
};
const SLOT = encodeSuperblockSlot(
  {
    storeId: SAMPLE_SEGMENT.storeId,
    counter: 2,
    state: STORE_CLEAN,
    era: 1,
    durable: 7,
    firstSequence: 1,
    nextGeneration: 2,
    epoch: 1,
    lanes: [LANE, { ...LANE, lane: 3 }],
  },
  0,
  crc32,
);
const STRUCTURES: [Structure, Uint8Array][] = [
  ['segment-header', HEADER],
  ['superblock-slot', SLOT],
  ...SAMPLES.map((sample): [Structure, Uint8Array] => ['record', encodeRecord(sample)]),
];

test('a put is annotated like this', (t) => {
  t.deepEqual(
    [...annotate('record', encodeRecord(SAMPLES[0]!), 4096)],
    [
      '    4096  18 00 00 00              length 24',
      '    4100  af d5 88 c3              checksum of length and data 0xc388d5af',
      '    4104  01                       kind 1 put, extension words 0',
      '    4105  00                       flags 0',
      '    4106  03 00                    key bytes 3',
      '    4108  05 00 00 00              value bytes 5',
      '    4112  01 00 00 00              sequence 1',
      '    4116  00 00 00 00              durable 0',
      '    4120  61 62 63                 key "abc"',
      '    4123  68 65 6c 6c 6f           value "hello"',
    ],
  );
});

test('a segment header is annotated like this', (t) => {
  t.deepEqual(
    [...annotate('segment-header', HEADER, 0)].map((line) => line.slice(35)),
    [
      ...['magic', 'version 1', 'kind 2', 'header bytes 4096', 'store id', ''],
      ...['lane 0', 'generation 1', 'segment bytes 1048576', 'era 1', 'state 1: open'],
      ...['reserved', `checksum of the file header 0x${crc32(HEADER, 0, 60).toString(16)}`],
      'reserved',
    ],
  );
});

test('a superblock slot names every lane', (t) => {
  const meanings = [...annotate('superblock-slot', SLOT, 0)].map((line) => line.slice(35));
  t.true(meanings.includes('state 2: clean'));
  t.deepEqual(
    meanings.filter((meaning) => /^(lane|lanes|end offset) /.test(meaning)),
    ['lanes 2', 'lane 0', 'end offset 4120', 'lane 3', 'end offset 4120'],
  );
});

test('every byte of every structure stands in exactly one line', (t) => {
  for (const [structure, bytes] of STRUCTURES) {
    t.deepEqual(annotatedBytes(annotate(structure, bytes, 0)), bytes);
    t.deepEqual(annotatedBytes(annotate(structure, bytes, 8192)), bytes);
  }
});

test('a structure cut off at any byte is annotated as far as it goes', (t) => {
  for (const [structure, bytes] of STRUCTURES) {
    const step = bytes.length > 1000 ? 61 : 1;
    for (let length = 1; length < bytes.length; length += step) {
      const lines = [...annotate(structure, bytes.subarray(0, length), 0)];
      const shown = lines.filter((line) => !/^ *\d+ {3,}/.test(line));
      t.deepEqual(annotatedBytes(shown), bytes.subarray(0, length));
    }
  }
});

test('any bytes at all are annotated, none twice and none forgotten', (t) => {
  const structure = fc.constantFrom<Structure[]>('record', 'segment-header', 'superblock-slot');
  const noise = fc.uint8Array({ maxLength: 200 });
  checkProperty(
    t,
    fc.property(structure, noise, fc.nat({ max: 9 }), (structure, bytes, kind) => {
      if (bytes.length > 8) bytes[8] = kind;
      if (bytes.length > 32) bytes.fill(0, 13, 16);
      const lines = [...annotate(structure, bytes, 0)];
      const shown = lines.filter((line) => !/^ *\d+ {3,}/.test(line));
      const back = annotatedBytes(shown);
      t.is(back.length, bytes.length);
      const isWhole = !shown.some((line) => line.includes('.. *'));
      if (isWhole) t.deepEqual(back, bytes);
    }),
    2000,
  );
});

test('a long value is shown from both ends', (t) => {
  const record: SampleRecord = { ...SAMPLES[0]!, value: 'ab'.repeat(1000000) };
  const lines = [...annotate('record', encodeRecord(record), 0)];
  t.true(lines.length < 25);
  t.true(lines.some((line) => line.endsWith('left out')));
});

test('reserved flags are named, not judged', (t) => {
  const bytes = encodeRecord(SAMPLES[0]!);
  bytes[8] = 0x31;
  bytes[9] = 0x37;
  const lines = [...annotate('record', bytes, 0)].map((line) => line.slice(35));
  t.true(lines.includes('flags 55 era, expiry, sublevel, pointer, chunked'));
  t.true(lines.includes('kind 1 put, extension words 3'));
});

test('kinds have names', (t) => {
  t.is(kindName(1), 'put');
  t.is(kindName(9), 'oversize batch');
  t.is(kindName(0), 'unknown');
  t.is(kindName(15), 'unknown');
});
