// The part of a superblock slot that says where the trees are, and where a lane's log begins then.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import {
  decodeSuperblockSlot,
  encodeSuperblockSlot,
  type Superblock,
  type SuperblockLane,
} from '../../src/format/superblock.js';
import { hexOf } from '../support/record-codec.js';
import { BLOCK, LANE, seal } from '../support/superblock-sample.js';

const TREE = {
  root: { page: 17, checksum: -5 },
  catalogue: { page: 3, checksum: 0x12345678 },
  merge: 9,
  pages: 18,
  keys: 2 ** 40,
  nextValueFile: 8388610,
};
const LIVE_LANE: SuperblockLane = { ...LANE, firstGeneration: 5, firstOffset: 5000 };

test('roots of the trees and the beginning of a lane are read back', (t) => {
  const block: Superblock = { ...BLOCK, tree: TREE, lanes: [LIVE_LANE] };
  const bytes = encodeSuperblockSlot(block, 0, crc32);
  t.deepEqual(decodeSuperblockSlot(bytes, 0, crc32), block);
  t.is(
    hexOf(bytes.subarray(96, 144)),
    '11000000 fbffffff 09000000 12000000 03000000 78563412 02008000 00000000'
      .concat('0000000000010000 0000000000000000')
      .replaceAll(' ', ''),
  );
  t.is(hexOf(bytes.subarray(276, 280)), '88130000');
  const empty = { ...TREE, root: { page: 0, checksum: 0 }, keys: 0 };
  const other: Superblock = { ...BLOCK, tree: empty };
  t.deepEqual(decodeSuperblockSlot(encodeSuperblockSlot(other, 1, crc32), 1, crc32), 'short');
  t.deepEqual(decodeSuperblockSlot(encodeSuperblockSlot(other, 0, crc32), 0, crc32), other);
});

test('roots and beginnings that cannot be are refused', (t) => {
  const valid = encodeSuperblockSlot({ ...BLOCK, tree: TREE, lanes: [LIVE_LANE] }, 0, crc32);
  const wrong: [number, number][] = [
    [96, 18], // root beyond the file
    [96, 0], // no root, but keys and a checksum
    [104, 0], // roots before the first merge
    [108, 0], // no file
    [108, 17],
    [112, 18],
    [112, 0], // no catalogue, but its checksum
    [120, 0],
    [124, 1],
    [128, 0], // low half of the keys, with the next line: none, but a root
    [140, 1],
    [276, 4088],
    [276, 5001],
    [280, 1],
  ];
  for (const [at, value] of wrong) {
    const bytes = valid.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    if (at === 128) new DataView(bytes.buffer).setUint32(132, 0, true);
    t.is(decodeSuperblockSlot(seal(bytes), 0, crc32), 'fields', `${value} at ${at}`);
  }
  const sealed = encodeSuperblockSlot({ ...BLOCK, tree: TREE }, 0, crc32);
  new DataView(sealed.buffer).setUint32(276, 5000, true);
  t.is(decodeSuperblockSlot(seal(sealed), 0, crc32), 'fields', 'a sealed part is read whole');
  const without = encodeSuperblockSlot(BLOCK, 0, crc32);
  new DataView(without.buffer).setUint32(276, 5000, true);
  t.is(decodeSuperblockSlot(seal(without), 0, crc32), 'fields', 'no tree has what is before');
});
