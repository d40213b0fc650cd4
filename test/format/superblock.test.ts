// The slots of the superblock: golden bytes, every bit, every range, both slots in one file.

import test from 'ava';
import fc from 'fast-check';

import { crc32 } from '../../src/codec/crc32.js';
import { LANES_MAX } from '../../src/format/file-header.js';
import {
  decodeSuperblockSlot,
  encodeSuperblockSlot,
  SLOT_BYTES,
  STORE_CLEAN,
  STORE_OPEN,
  SUPERBLOCK_BYTES,
  type Superblock,
} from '../../src/format/superblock.js';
import { flipEveryBit } from '../support/bits.js';
import { checkProperty } from '../support/property.js';
import { hexOf } from '../support/record-codec.js';
import { BLOCK, LANE, seal } from '../support/superblock-sample.js';

function changed(at: number, value: number): Uint8Array {
  const bytes = encodeSuperblockSlot(BLOCK, 0, crc32);
  new DataView(bytes.buffer).setUint32(at, value, true);
  return seal(bytes);
}

test('a slot has these bytes', (t) => {
  const bytes = encodeSuperblockSlot(BLOCK, 1, crc32);
  t.is(bytes.length, SLOT_BYTES);
  t.is(
    hexOf(bytes.subarray(0, 60)),
    '4c616e6544421a0a 0100 0100 00100000 000102030405060708090a0b0c0d0e0f 01000000 00000000'
      .concat('0900000000000000 000000000000000000000000')
      .replaceAll(' ', ''),
  );
  t.is(
    hexOf(bytes.subarray(64, 96)),
    '02000000 02000000 e8030000 01000000 08000000 04000000 01000000 09000000'.replaceAll(' ', ''),
  );
  t.is(hexOf(bytes.subarray(96, 256)), '00'.repeat(160));
  t.is(
    hexOf(bytes.subarray(256, 288)),
    '00000000 03000000 05000000 06000000 28100000 000000000000000000000000'.replaceAll(' ', ''),
  );
  t.is(hexOf(bytes.subarray(288, 4092)), '00'.repeat(3804));
});

test('a slot is read back, in either half of the file', (t) => {
  const small = fc.integer({ min: 1, max: 1000 });
  const lane = fc
    .tuple(small, small, small, fc.integer({ min: 512, max: 8000 }))
    .map(([first, more, end, units]) => ({
      firstGeneration: first,
      liveGeneration: first + more,
      endGeneration: first + more + end,
      endOffset: units * 8,
    }));
  const block = fc
    .record({
      storeId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      counter: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      era: fc.nat({ max: 2097151 }),
      durable: fc.nat({ max: 0xffffffff }),
      firstSequence: fc.integer({ min: 1, max: 0xffffffff }),
      nextGeneration: fc.integer({ min: 4000, max: 0xffffffff }),
      epoch: fc.nat({ max: 0xffffffff }),
      lanes: fc.dictionary(fc.nat({ max: LANES_MAX - 1 }).map(String), lane, {
        minKeys: 1,
        maxKeys: LANES_MAX,
        noNullPrototype: true,
      }),
    })
    .map(({ lanes, ...block }) => ({
      ...block,
      lanes: Object.entries(lanes).map(([key, lane]) => ({ lane: Number(key), ...lane })),
    }));
  checkProperty(
    t,
    fc.property(block, fc.boolean(), fc.nat({ max: 1 }), (drawn, isClean, slot) => {
      const open = { endGeneration: 0, endOffset: 0 };
      const lanes = isClean ? drawn.lanes : drawn.lanes.map((lane) => ({ ...lane, ...open }));
      const block: Superblock = { ...drawn, lanes, state: isClean ? STORE_CLEAN : STORE_OPEN };
      const file = new Uint8Array(SUPERBLOCK_BYTES).fill(0xee);
      file.set(encodeSuperblockSlot(block, slot, crc32), slot * SLOT_BYTES);
      t.deepEqual(decodeSuperblockSlot(file, slot, crc32), block);
      t.is(decodeSuperblockSlot(file, 1 - slot, crc32), 'magic');
    }),
  );
});

test('the end of a lane is kept only in a clean store', (t) => {
  const slot = encodeSuperblockSlot({ ...BLOCK, state: STORE_OPEN }, 0, crc32);
  const lanes = [{ ...LANE, endGeneration: 0, endOffset: 0 }];
  t.deepEqual(decodeSuperblockSlot(slot, 0, crc32), { ...BLOCK, state: STORE_OPEN, lanes });
});

test('every flipped bit of a slot is detected', (t) => {
  const bytes = encodeSuperblockSlot(BLOCK, 0, crc32);
  let missed = 0;
  flipEveryBit(bytes, 0, SLOT_BYTES, () => {
    if (typeof decodeSuperblockSlot(bytes, 0, crc32) !== 'string') missed++;
  });
  t.is(missed, 0);
  t.deepEqual(decodeSuperblockSlot(bytes, 0, crc32), BLOCK);
});

test('a slot torn between two versions is refused, at every sector', (t) => {
  const before = encodeSuperblockSlot(BLOCK, 0, crc32);
  const lanes = [LANE, { ...LANE, lane: 40 }];
  const after = encodeSuperblockSlot({ ...BLOCK, counter: 11, era: 3, lanes }, 0, crc32);
  for (let cut = 512; cut < SLOT_BYTES; cut += 512) {
    for (const [head, tail] of [
      [before, after],
      [after, before],
    ] as const) {
      const torn = Uint8Array.from(head);
      torn.set(tail.subarray(cut), cut);
      t.is(decodeSuperblockSlot(torn, 0, crc32), 'checksum', `cut at ${cut}`);
    }
  }
});

test('fields out of their range are refused, also with sound checksums', (t) => {
  const cases: [string, number, number][] = [
    ['header bytes', 12, 64],
    ['slot', 32, 1],
    ['reserved', 36, 1],
    ['counter', 40, 0],
    ['counter', 44, 0x200000],
    ['reserved', 48, 1],
    ['reserved', 56, 1],
    ['state', 64, 0],
    ['state', 64, 1],
    ['state', 64, 3],
    ['era', 68, 2097152],
    ['first sequence', 76, 0],
    ['next generation', 80, 6],
    ['lanes', 88, 0],
    ['lanes', 88, 65],
    ['lanes', 88, 0xffffffff],
    ['lanes', 88, 2],
    ['reserved', 92, 1],
    ['tree root', 96, 1],
    ['catalogue root', 112, 1],
    ['keys', 128, 1],
    ['inline values', 136, 1],
    ['purpose', 144, 2],
    ['a log with sealed segments', 144, 1],
    ['reserved', 148, 1],
    ['base position of a store', 152, 1],
    ['reserved', 160, 1],
    ['reserved', 252, 1],
    ['lane', 256, 64],
    ['first generation', 260, 0],
    ['first generation', 260, 6],
    ['live generation', 264, 2],
    ['live generation', 264, 7],
    ['end generation', 268, 0],
    ['end generation', 268, 8],
    ['end offset', 272, 0],
    ['end offset', 272, 4088],
    ['end offset', 272, 4140],
    ['reserved', 276, 1],
    ['reserved', 284, 1],
    ['reserved', 288, 1],
    ['reserved', 4088, 1],
  ];
  for (const [name, at, value] of cases) {
    t.is(decodeSuperblockSlot(changed(at, value), 0, crc32), 'fields', `${name} ${value}`);
  }
  t.deepEqual(decodeSuperblockSlot(changed(72, 1000), 0, crc32), BLOCK);
});

test('the slot of a log says where its first segment begins', (t) => {
  const lane = { ...LANE, liveGeneration: 3 };
  const ofLog = (basePosition: number): Superblock => ({
    ...BLOCK,
    lanes: [lane],
    log: { basePosition },
  });
  for (const position of [0, 2 ** 31 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const bytes = encodeSuperblockSlot(ofLog(position), 0, crc32);
    t.deepEqual(decodeSuperblockSlot(bytes, 0, crc32), ofLog(position));
  }
  const bytes = encodeSuperblockSlot(ofLog(4096), 0, crc32);
  const cases: [string, number, number][] = [
    ['two lanes', 88, 2],
    ['epoch', 84, 0],
    ['lane', 256, 1],
    ['base position', 156, 0x200000],
    ['first generation', 260, 2],
    ['purpose', 144, 0],
  ];
  for (const [name, at, value] of cases) {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    t.is(decodeSuperblockSlot(seal(copy), 0, crc32), 'fields', name);
  }
});

test('lanes stand in ascending order and none stands twice', (t) => {
  const bytes = encodeSuperblockSlot(
    { ...BLOCK, lanes: [LANE, { ...LANE, lane: 1 }, { ...LANE, lane: 2 }] },
    0,
    crc32,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(256 + 32, 0, true);
  t.is(decodeSuperblockSlot(seal(bytes), 0, crc32), 'fields');
  view.setUint32(256 + 32, 3, true);
  t.is(decodeSuperblockSlot(seal(bytes), 0, crc32), 'fields');
  view.setUint32(256 + 32, 1, true);
  t.is(typeof decodeSuperblockSlot(seal(bytes), 0, crc32), 'object');
});

test('a slot holds as many lanes as a store may have', (t) => {
  const lanes = Array.from({ length: LANES_MAX }, (_, lane) => ({ ...LANE, lane }));
  const bytes = encodeSuperblockSlot({ ...BLOCK, lanes }, 0, crc32);
  t.deepEqual(decodeSuperblockSlot(bytes, 0, crc32), { ...BLOCK, lanes });
  const more = [...lanes, { ...LANE, lane: LANES_MAX }];
  t.throws(() => encodeSuperblockSlot({ ...BLOCK, lanes: more }, 0, crc32), { message: /sound/ });
});

test('a number that does not fit its field is refused, never cut', (t) => {
  for (const field of ['era', 'durable', 'firstSequence', 'nextGeneration', 'epoch'] as const) {
    for (const value of [2 ** 32, 2 ** 32 + 9, -1, 8.5, Number.NaN]) {
      const block = { ...BLOCK, [field]: value };
      t.throws(() => encodeSuperblockSlot(block, 0, crc32), { message: /sound/ }, `${field}`);
    }
  }
  const lanes = [{ ...LANE, endOffset: 2 ** 32 + 4096 }];
  t.throws(() => encodeSuperblockSlot({ ...BLOCK, lanes }, 0, crc32), { message: /sound/ });
});

test('what is wrong with a slot is named', (t) => {
  const slot = encodeSuperblockSlot(BLOCK, 0, crc32);
  t.is(decodeSuperblockSlot(slot.subarray(0, 4095), 0, crc32), 'short');
  t.is(decodeSuperblockSlot(slot, 1, crc32), 'short');
  t.is(decodeSuperblockSlot(new Uint8Array(SLOT_BYTES), 0, crc32), 'zero');
  t.is(decodeSuperblockSlot(changed(8, 0x10002), 0, crc32), 'version');
  t.is(decodeSuperblockSlot(changed(8, 0x20001), 0, crc32), 'kind');
  t.is(decodeSuperblockSlot(new Uint8Array(), 0, crc32), 'short');
});

test('a body of one slot does not go with the header of another, all checksums holding', (t) => {
  const older = encodeSuperblockSlot(BLOCK, 1, crc32);
  const newer = encodeSuperblockSlot({ ...BLOCK, counter: BLOCK.counter + 2 }, 1, crc32);
  const mixed = new Uint8Array(2 * SLOT_BYTES);
  mixed.set(newer.subarray(0, 64), SLOT_BYTES);
  mixed.set(older.subarray(64), SLOT_BYTES + 64);
  t.is(decodeSuperblockSlot(mixed, 1, crc32), 'fields');
});
