// A slot of a superblock for tests of its format, and checksums that fit changed bytes again.

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import {
  SLOT_BYTES,
  STORE_CLEAN,
  type Superblock,
  type SuperblockLane,
} from '../../src/format/superblock.js';
import { bytesOf } from './record-codec.js';

export const LANE: SuperblockLane = {
  lane: 0,
  firstGeneration: 3,
  liveGeneration: 5,
  endGeneration: 6,
  endOffset: 4136,
};
export const BLOCK: Superblock = {
  storeId: bytesOf('000102030405060708090a0b0c0d0e0f'),
  counter: 9,
  state: STORE_CLEAN,
  era: 2,
  durable: 1000,
  firstSequence: 1,
  nextGeneration: 8,
  epoch: 4,
  lanes: [LANE],
};
const CRC_OFFSET = SLOT_BYTES - 4;

/** Makes both checksums of a slot fit its bytes again. */
export function seal(bytes: Uint8Array): Uint8Array {
  sealFileHeader(bytes, 0, crc32);
  new DataView(bytes.buffer).setUint32(CRC_OFFSET, crc32(bytes, 0, CRC_OFFSET), true);
  return bytes;
}
