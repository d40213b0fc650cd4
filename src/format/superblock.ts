// docs/format.md, "Superblock": two slots of 4,096 bytes, each complete in itself; the valid one
// with the higher counter holds. The single commit point of a store.

import { invariant } from '../invariant.js';
import type { Checksum, HeaderProblem } from './file-header.js';
import {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  KIND_FIELDS_OFFSET,
  KIND_SUPERBLOCK_SLOT,
  LANES_MAX,
  sealFileHeader,
  viewOf,
} from './file-header.js';
import { ERA_MAX } from './operation.js';
import { SEGMENT_HEADER_BYTES } from './segment-header.js';
import type { TreeRoots } from './superblock-tree.js';
import {
  decodeTree,
  encodeTree,
  isTreeReservedZero,
  isTreeSound,
  TREE_FIELDS_END,
  TREE_OFFSET,
} from './superblock-tree.js';
import { isUint32, isZero, readUint64, writeUint64 } from './uint64.js';

export const SLOT_BYTES = 4096;
export const SLOT_COUNT = 2;
export const SUPERBLOCK_BYTES = SLOT_BYTES * SLOT_COUNT;

export const STORE_OPEN = 1;
export const STORE_CLEAN = 2;

/** Value of purpose; 0 is a store. */
const PURPOSE_LOG = 1;

const COUNTER_OFFSET = KIND_FIELDS_OFFSET;
const HEADER_RESERVED_OFFSET = COUNTER_OFFSET + 8;
const STATE_OFFSET = FILE_HEADER_BYTES;
const ERA_OFFSET = STATE_OFFSET + 4;
const DURABLE_OFFSET = ERA_OFFSET + 4;
const FIRST_SEQUENCE_OFFSET = DURABLE_OFFSET + 4;
const NEXT_GENERATION_OFFSET = FIRST_SEQUENCE_OFFSET + 4;
const EPOCH_OFFSET = NEXT_GENERATION_OFFSET + 4;
const LANE_COUNT_OFFSET = EPOCH_OFFSET + 4;
// A checksum over bytes that end in their own checksum says nothing about them: this ties the body
// to its header.
const COUNTER_AGAIN_OFFSET = LANE_COUNT_OFFSET + 4;
export const PURPOSE_OFFSET = TREE_FIELDS_END;
const BASE_POSITION_OFFSET = PURPOSE_OFFSET + 8;
const RESERVED_TOO_OFFSET = BASE_POSITION_OFFSET + 8;
export const LANES_OFFSET = 256;
export const LANE_BYTES = 32;
const LANE_FIELDS_BYTES = 24;
const CRC_OFFSET = SLOT_BYTES - 4;

export interface SuperblockLane {
  lane: number;
  /** Oldest generation of the lane; the others follow by rotation trailers. */
  firstGeneration: number;
  /** Generations of the chain before this one are sealed: any damage in them is corruption. */
  liveGeneration: number;
  /** In a clean store: where the lane's log ends. Else 0. */
  endGeneration: number;
  endOffset: number;
  /**
   * Offset in the first generation of the first record that counts: those before it are in the
   * tree. Absent: the first one.
   */
  firstOffset?: number;
}

export interface Superblock {
  storeId: Uint8Array;
  counter: number;
  /** STORE_OPEN or STORE_CLEAN. */
  state: number;
  era: number;
  /** Low half of the largest sequence of this era known durable at the time; 0 = none. */
  durable: number;
  /** Low half of the first sequence from which on every number exists. */
  firstSequence: number;
  nextGeneration: number;
  epoch: number;
  lanes: SuperblockLane[];
  /** Present if this is a log and no store: the position at which its first segment begins. */
  log?: { basePosition: number };
  /** Present if the store has a tree. */
  tree?: TreeRoots;
}

/** One slot, SLOT_BYTES bytes. In a store that is open, ends of lanes are not kept. */
export function encodeSuperblockSlot(
  given: Superblock,
  slot: number,
  checksum: Checksum,
): Uint8Array {
  const block = given.state === STORE_OPEN ? withoutEnds(given) : given;
  invariant(isSound(block), 'a superblock is sound before it is written');
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = viewOf(bytes);
  encodeFileHeader(bytes, 0, {
    kind: KIND_SUPERBLOCK_SLOT,
    headerBytes: SLOT_BYTES,
    storeId: block.storeId,
    identityA: slot,
    identityB: 0,
  });
  writeUint64(view, COUNTER_OFFSET, block.counter);
  sealFileHeader(bytes, 0, checksum);
  view.setUint32(STATE_OFFSET, block.state, true);
  view.setUint32(ERA_OFFSET, block.era, true);
  view.setUint32(DURABLE_OFFSET, block.durable, true);
  view.setUint32(FIRST_SEQUENCE_OFFSET, block.firstSequence, true);
  view.setUint32(NEXT_GENERATION_OFFSET, block.nextGeneration, true);
  view.setUint32(EPOCH_OFFSET, block.epoch, true);
  view.setUint32(LANE_COUNT_OFFSET, block.lanes.length, true);
  view.setUint32(COUNTER_AGAIN_OFFSET, block.counter % 2 ** 32, true);
  if (block.log !== undefined) {
    view.setUint32(PURPOSE_OFFSET, PURPOSE_LOG, true);
    writeUint64(view, BASE_POSITION_OFFSET, block.log.basePosition);
  }
  if (block.tree !== undefined) encodeTree(view, block.tree);
  block.lanes.forEach((lane, index) => {
    const at = LANES_OFFSET + index * LANE_BYTES;
    view.setUint32(at, lane.lane, true);
    view.setUint32(at + 4, lane.firstGeneration, true);
    view.setUint32(at + 8, lane.liveGeneration, true);
    view.setUint32(at + 12, lane.endGeneration, true);
    view.setUint32(at + 16, lane.endOffset, true);
    view.setUint32(at + 20, lane.firstOffset ?? 0, true);
  });
  view.setUint32(CRC_OFFSET, checksum(bytes, 0, CRC_OFFSET), true);
  return bytes;
}

/** The slot at `start` of the file's bytes, or what is wrong with it. */
export function decodeSuperblockSlot(
  bytes: Uint8Array,
  slot: number,
  checksum: Checksum,
): Superblock | HeaderProblem {
  const start = slot * SLOT_BYTES;
  if (bytes.length - start < SLOT_BYTES) return 'short';
  const header = decodeFileHeader(bytes, start, KIND_SUPERBLOCK_SLOT, checksum);
  if (typeof header === 'string') return header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, SLOT_BYTES);
  if (view.getUint32(CRC_OFFSET, true) !== checksum(bytes, start, start + CRC_OFFSET)) {
    return 'checksum';
  }
  const counterLow = view.getUint32(COUNTER_OFFSET, true);
  if (view.getUint32(COUNTER_AGAIN_OFFSET, true) !== counterLow) return 'fields';
  const laneCount = view.getUint32(LANE_COUNT_OFFSET, true);
  if (header.identityA !== slot || header.identityB !== 0) return 'fields';
  if (header.headerBytes !== SLOT_BYTES) return 'fields';
  if (laneCount === 0 || laneCount > LANES_MAX) return 'fields';
  const lanes: SuperblockLane[] = [];
  for (let index = 0; index < laneCount; index++) {
    lanes.push(decodeLane(view, LANES_OFFSET + index * LANE_BYTES));
  }
  const block: Superblock = {
    storeId: header.storeId,
    counter: readUint64(view, COUNTER_OFFSET),
    state: view.getUint32(STATE_OFFSET, true),
    era: view.getUint32(ERA_OFFSET, true),
    durable: view.getUint32(DURABLE_OFFSET, true),
    firstSequence: view.getUint32(FIRST_SEQUENCE_OFFSET, true),
    nextGeneration: view.getUint32(NEXT_GENERATION_OFFSET, true),
    epoch: view.getUint32(EPOCH_OFFSET, true),
    lanes,
  };
  const purpose = view.getUint32(PURPOSE_OFFSET, true);
  if (purpose > PURPOSE_LOG) return 'fields';
  const basePosition = readUint64(view, BASE_POSITION_OFFSET);
  if (purpose === PURPOSE_LOG) block.log = { basePosition };
  else if (basePosition !== 0) return 'fields';
  if (!isZero(bytes, start + TREE_OFFSET, start + PURPOSE_OFFSET)) block.tree = decodeTree(view);
  const slotBytes = bytes.subarray(start, start + SLOT_BYTES);
  return isSound(block) && isReservedZero(slotBytes, laneCount) ? block : 'fields';
}

function withoutEnds(block: Superblock): Superblock {
  const lanes = block.lanes.map((lane) => ({ ...lane, endGeneration: 0, endOffset: 0 }));
  return { ...block, lanes };
}

function decodeLane(view: DataView, at: number): SuperblockLane {
  const firstOffset = view.getUint32(at + 20, true);
  return {
    lane: view.getUint32(at, true),
    firstGeneration: view.getUint32(at + 4, true),
    liveGeneration: view.getUint32(at + 8, true),
    endGeneration: view.getUint32(at + 12, true),
    endOffset: view.getUint32(at + 16, true),
    ...(firstOffset === 0 ? {} : { firstOffset }),
  };
}

function isSound(block: Superblock): boolean {
  if (block.state !== STORE_OPEN && block.state !== STORE_CLEAN) return false;
  const { counter, era, durable, firstSequence, nextGeneration, epoch } = block;
  if (!(counter >= 1) || !isUint32(era) || era > ERA_MAX || firstSequence === 0) return false;
  if (![durable, firstSequence, nextGeneration, epoch].every(isUint32)) return false;
  if (block.lanes.length === 0 || block.lanes.length > LANES_MAX) return false;
  if (block.log !== undefined && !isLogSound(block)) return false;
  if (block.tree !== undefined && !isTreeSound(block.tree)) return false;
  let previous = -1;
  for (const lane of block.lanes) {
    if (lane.lane <= previous || lane.lane >= LANES_MAX) return false;
    if (!isLaneSound(lane, block)) return false;
    previous = lane.lane;
  }
  return true;
}

/** A log has one lane and nothing sealed; its position is a safe integer. */
function isLogSound({ log, lanes, epoch, tree }: Superblock): boolean {
  const lane = lanes[0]!;
  if (tree !== undefined || lane.firstOffset !== undefined) return false;
  if (lanes.length !== 1 || lane.lane !== 0 || epoch === 0) return false;
  if (lane.firstGeneration !== lane.liveGeneration) return false;
  return Number.isSafeInteger(log!.basePosition) && log!.basePosition >= 0;
}

/** Generations of a chain ascend and were issued; the end is named in a clean store only. */
function isLaneSound(lane: SuperblockLane, block: Superblock): boolean {
  const { firstGeneration, liveGeneration, endGeneration, endOffset, firstOffset } = lane;
  if (![firstGeneration, liveGeneration, endGeneration, endOffset].every(isUint32)) return false;
  if (firstGeneration === 0 || liveGeneration < firstGeneration) return false;
  if (liveGeneration >= block.nextGeneration) return false;
  if (firstOffset !== undefined) {
    // What is sealed is read from its first record on.
    if (block.tree === undefined || firstGeneration !== liveGeneration) return false;
    if (firstOffset < SEGMENT_HEADER_BYTES || firstOffset % 8 !== 0) return false;
  }
  if (block.state === STORE_OPEN) return endGeneration === 0 && endOffset === 0;
  if (endGeneration < liveGeneration || endGeneration >= block.nextGeneration) return false;
  return endOffset >= SEGMENT_HEADER_BYTES && endOffset % 8 === 0;
}

function isReservedZero(slot: Uint8Array, laneCount: number): boolean {
  for (let index = 0; index < laneCount; index++) {
    const at = LANES_OFFSET + index * LANE_BYTES;
    if (!isZero(slot, at + LANE_FIELDS_BYTES, at + LANE_BYTES)) return false;
  }
  return (
    isZero(slot, HEADER_RESERVED_OFFSET, FILE_HEADER_BYTES - 4) &&
    isTreeReservedZero(slot) &&
    isZero(slot, PURPOSE_OFFSET + 4, BASE_POSITION_OFFSET) &&
    isZero(slot, RESERVED_TOO_OFFSET, LANES_OFFSET) &&
    isZero(slot, LANES_OFFSET + laneCount * LANE_BYTES, CRC_OFFSET)
  );
}
