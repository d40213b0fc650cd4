// Reads the superblock of a store directory and decides which slot holds. Never writes.

import { crc32 } from '../codec/crc32.js';
import { LaneError } from '../errors.js';
import { isSameStore, mayBeginFile, versionOf } from '../format/file-header.js';
import { LOCK_NAME, parseSegmentName, SUPERBLOCK_NAME } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import {
  decodeSuperblockSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  STORE_CLEAN,
  SUPERBLOCK_BYTES,
} from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { SlotReport } from './report.js';

export interface SuperblockState {
  slots: SlotReport[];
  block: Superblock;
  /** Slot that holds. */
  slot: number;
  /** True only if both slots say so: one alone may be older than the log. */
  isClean: boolean;
}

/** What a directory is: nothing yet, a store, or somebody else's. */
export type DirectoryKind = 'empty' | 'unfinished' | 'store' | 'foreign';

/**
 * Judges a directory by its names alone. `unfinished`: a first open was cut off before its
 * superblock.
 */
export function directoryKind(names: string[]): DirectoryKind {
  if (names.length === 0) return 'empty';
  if (names.includes(SUPERBLOCK_NAME)) return 'store';
  const isOurs = names.every(
    (name) =>
      name === LOCK_NAME ||
      name.startsWith(`${LOCK_NAME}.`) ||
      name === `${SUPERBLOCK_NAME}.tmp` ||
      /^preparing-l\d{2}-\d{10}\.tmp$/.test(name) ||
      parseSegmentName(name) !== undefined,
  );
  return isOurs ? 'unfinished' : 'foreign';
}

/** Reads both slots. Throws FORMAT_UNSUPPORTED, NOT_A_STORE or CORRUPT with the path. */
export function readSuperblock(fileSystem: ReadOnlyFileSystem, directory: string): SuperblockState {
  const path = fileSystem.join(directory, SUPERBLOCK_NAME);
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  const file = fileSystem.openRead(path);
  let length = 0;
  try {
    length = file.read(bytes, 0, SUPERBLOCK_BYTES, 0);
  } finally {
    file.close();
  }
  const found = bytes.subarray(0, length);
  const slots = readSlots(found);
  const valid = slots.filter((slot) => slot.block !== undefined);
  refuseOtherVersion(path, found, slots);
  if (valid.length === 0) throw noSlot(path, found, slots);
  const newest = valid.reduce((best, slot) =>
    slot.block!.counter > best.block!.counter ? slot : best,
  );
  const block = newest.block!;
  for (const other of valid) {
    if (!isSameStore(other.block!.storeId, block.storeId)) {
      throw new LaneError('CORRUPT', 'the superblock slots belong to different stores', {
        file: path,
        offset: other.slot * SLOT_BYTES,
      });
    }
  }
  const isClean =
    valid.length === SLOT_COUNT &&
    valid.every((slot) => slot.block!.state === STORE_CLEAN && slot.block!.era === block.era) &&
    valid.every((slot) => slot.block!.durable === block.durable);
  return { slots, block, slot: newest.slot, isClean };
}

/** Both slots of a superblock's bytes, each as what it states or what is wrong with it. */
export function readSlots(bytes: Uint8Array): SlotReport[] {
  const slots: SlotReport[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const decoded = decodeSuperblockSlot(bytes, slot, crc32);
    if (typeof decoded === 'string') slots.push({ slot, problem: decoded });
    else slots.push({ slot, block: decoded });
  }
  return slots;
}

/** Throws FORMAT_UNSUPPORTED if a slot is of another version. */
export function refuseOtherVersion(path: string, bytes: Uint8Array, slots: SlotReport[]): void {
  const newer = slots.find((slot) => slot.problem === 'version');
  if (newer === undefined) return;
  const offset = newer.slot * SLOT_BYTES;
  throw new LaneError('FORMAT_UNSUPPORTED', 'the store has a format of another version', {
    file: path,
    offset,
    found: versionOf(bytes, offset),
  });
}

/** Why no slot is valid: damage, or a file of somebody else. */
function noSlot(path: string, bytes: Uint8Array, slots: SlotReport[]): LaneError {
  const isStrange = slots.every(({ problem }) => problem === 'magic' || problem === 'short');
  if (isStrange && !mayBeginFile(bytes)) {
    return new LaneError('NOT_A_STORE', `${path} is not a superblock of LaneDB`, { file: path });
  }
  return new LaneError('CORRUPT', `no slot of the superblock is valid (${slots[0]!.problem})`, {
    file: path,
    offset: 0,
  });
}
