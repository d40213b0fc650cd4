// The superblock: which of its two slots holds, when it says that the store was closed, and what a
// directory is by its names.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { SUPERBLOCK_NAME, segmentName } from '../../src/format/file-name.js';
import {
  encodeSuperblockSlot,
  SLOT_BYTES,
  STORE_CLEAN,
  STORE_OPEN,
  SUPERBLOCK_BYTES,
  type Superblock,
} from '../../src/format/superblock.js';
import {
  type DirectoryKind,
  directoryKind,
  readSuperblock,
} from '../../src/recovery/read-superblock.js';
import { DIRECTORY, diskWith, withVersion } from '../support/built-log.js';
import { FIXTURE_STORE_ID } from '../support/log-builder.js';
import { throwsWith } from '../support/stores.js';

const PATH = `${DIRECTORY}/${SUPERBLOCK_NAME}`;
const BLOCK: Superblock = {
  storeId: FIXTURE_STORE_ID,
  counter: 10,
  state: STORE_CLEAN,
  era: 2,
  durable: 99,
  firstSequence: 1,
  nextGeneration: 5,
  epoch: 1,
  lanes: [{ lane: 0, firstGeneration: 3, liveGeneration: 4, endGeneration: 4, endOffset: 8192 }],
};

function slots(first: Partial<Superblock>, second: Partial<Superblock>): Uint8Array {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  bytes.set(encodeSuperblockSlot({ ...BLOCK, ...first }, 0, crc32));
  bytes.set(encodeSuperblockSlot({ ...BLOCK, ...second }, 1, crc32), SLOT_BYTES);
  return bytes;
}

function read(bytes: Uint8Array) {
  return readSuperblock(diskWith(new Map([[SUPERBLOCK_NAME, bytes]])), DIRECTORY);
}

test('the slot with the higher counter holds', (t) => {
  for (const [first, second, expected] of [
    [10, 11, 1],
    [11, 10, 0],
    [2 ** 40, 2 ** 40 + 1, 1],
    [0x100000000, 0xffffffff, 0],
  ] as const) {
    const { slot, block } = read(slots({ counter: first }, { counter: second }));
    t.is(slot, expected);
    t.is(block.counter, Math.max(first, second));
  }
});

test('a slot that is damaged leaves the other, and both are reported', (t) => {
  for (const damaged of [0, 1]) {
    for (const at of [0, 8, 20, 63, 100, 4095]) {
      const bytes = slots({ counter: 10 }, { counter: 11 });
      bytes[damaged * SLOT_BYTES + at]! ^= 1;
      const state = read(bytes);
      t.is(state.slot, 1 - damaged);
      t.false(state.isClean, 'one slot alone may be older than the log');
      t.truthy(state.slots[damaged]!.problem);
      t.is(state.slots[damaged]!.block, undefined);
      t.is(state.slots[1 - damaged]!.problem, undefined);
    }
  }
});

test('a store was closed properly only if both slots say the same', (t) => {
  t.true(read(slots({ counter: 10 }, { counter: 11 })).isClean);
  for (const other of [{ state: STORE_OPEN }, { era: 1 }, { durable: 98 }]) {
    t.false(read(slots({ ...other, counter: 9 }, {})).isClean);
    t.false(read(slots({}, { ...other, counter: 11 })).isClean);
  }
  t.false(read(slots({ state: STORE_OPEN }, { state: STORE_OPEN, counter: 11 })).isClean);
});

test('two damaged slots are corruption that names the file', (t) => {
  const bytes = slots({}, { counter: 11 });
  bytes[70]! ^= 1;
  bytes[SLOT_BYTES + 70]! ^= 1;
  const error = throwsWith(t, 'CORRUPT', () => read(bytes));
  t.deepEqual([error.file, error.offset], [PATH, 0]);
  throwsWith(t, 'CORRUPT', () => read(new Uint8Array(0)));
  throwsWith(t, 'CORRUPT', () => read(bytes.slice(0, 100)));
});

test('a cut second slot is damage of that slot alone', (t) => {
  const bytes = slots({ counter: 10 }, { counter: 11 });
  for (const length of [SLOT_BYTES, SLOT_BYTES + 1, SUPERBLOCK_BYTES - 1]) {
    const state = read(bytes.slice(0, length));
    t.is(state.slot, 0);
    t.is(state.slots[1]!.problem, 'short');
  }
});

test('a file of somebody else is no store', (t) => {
  for (const length of [SLOT_BYTES, SUPERBLOCK_BYTES, SUPERBLOCK_BYTES + 5]) {
    const error = throwsWith(t, 'NOT_A_STORE', () => read(new Uint8Array(length).fill(65)));
    t.is(error.file, PATH);
  }
});

test('a short file is judged by what there is of it', (t) => {
  for (const length of [1, 7, 8, 100, SLOT_BYTES - 1]) {
    const error = throwsWith(t, 'NOT_A_STORE', () => read(new Uint8Array(length).fill(65)));
    t.is(error.file, PATH);
    // The magic, cut off or not, and zeros are what is left of a superblock of ours.
    throwsWith(t, 'CORRUPT', () => read(slots({}, { counter: 11 }).slice(0, length)));
    throwsWith(t, 'CORRUPT', () => read(new Uint8Array(length)));
  }
});

test('another version is told as such, in whichever slot it stands, and beside a sound slot', (t) => {
  for (const slot of [0, 1]) {
    const bytes = withVersion(slots({ counter: 10 }, { counter: 11 }), slot * SLOT_BYTES, 9);
    const error = throwsWith(t, 'FORMAT_UNSUPPORTED', () => read(bytes));
    t.is(error.offset, slot * SLOT_BYTES);
    t.is(error.found, 9);
  }
});

test('slots of two stores are corruption', (t) => {
  const other = new Uint8Array(16).fill(4);
  const error = throwsWith(t, 'CORRUPT', () => read(slots({ storeId: other }, { counter: 11 })));
  t.regex(error.message, /different stores/);
});

test('a superblock that is missing or cannot be read is an error of the disk', (t) => {
  const disk = diskWith(new Map([[SUPERBLOCK_NAME, slots({}, { counter: 11 })]]));
  disk.failAt({ operation: 'read', nth: 1 });
  throwsWith(t, 'IO_ERROR', () => readSuperblock(disk, DIRECTORY));
  t.is(disk.log.filter(({ operation }) => operation === 'close').length, 1);
  throwsWith(t, 'IO_ERROR', () => readSuperblock(diskWith(new Map()), DIRECTORY));
});

test('a directory is judged by its names', (t) => {
  const segment = segmentName(0, 1);
  const preparing = 'preparing-l03-0000000012.tmp';
  const cases: [string[], DirectoryKind][] = [
    [[], 'empty'],
    [[SUPERBLOCK_NAME], 'store'],
    [[SUPERBLOCK_NAME, 'notes.txt'], 'store'],
    [['LOCK'], 'unfinished'],
    [['LOCK', 'LOCK.123', segment, preparing, `${SUPERBLOCK_NAME}.tmp`], 'unfinished'],
    [[segment], 'unfinished'],
    [['notes.txt'], 'foreign'],
    [[segment, 'notes.txt'], 'foreign'],
    [['LOCKED'], 'foreign'],
    [[`${SUPERBLOCK_NAME}.bak`], 'foreign'],
    [['preparing-l3-12.tmp'], 'foreign'],
    [['wal-l00-1.log'], 'foreign'],
    [['.hidden'], 'foreign'],
  ];
  for (const [names, expected] of cases) t.is(directoryKind(names), expected, names.join(' '));
});
