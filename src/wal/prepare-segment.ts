// Preparing of segments: a new file is reserved, mapped, populated, given its header, synced and
// named, in this order, so that a full disk is an error here and not a signal in a write, and
// nothing refers to a file that a power cut can take away. Never a large write of zeros: the page
// cache would keep huge folios and every later sync of a small record would write megabytes.

import { crc32 } from '../codec/crc32.js';
import {
  ERA,
  LANE_FIRST_GENERATION,
  LANE_NEXT_BYTES,
  PREPARE_NONE,
  PREPARE_WANTED,
  SLOT_ADDRESS_HIGH,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_END,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_PREPARED,
  SLOT_PREPARING,
  SLOT_SEALED,
  SLOT_STATE,
  SLOT_SYNCED,
  SYNC_REQUEST,
} from '../control/control-block.js';
import { poison } from '../control/poison.js';
import { CHUNK_BYTES, releaseRun, takeRun } from '../control/pool.js';
import { isLaneError, LaneError } from '../errors.js';
import { preparingName, segmentName } from '../format/file-name.js';
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  SEGMENT_OPEN,
} from '../format/segment-header.js';
import { invariant } from '../invariant.js';
import { removeIfThere } from '../io/durable-rename.js';
import type { MappedRegion } from '../io/file-system.js';
import { beginPreparing, claimSlot, endPreparing } from './claim-slot.js';
import { faultIn } from './fault-in.js';
import { addRetired } from './retired-bytes.js';
import type { LogContext } from './segment-spec.js';
import { takeGeneration } from './take-generation.js';

/** What the preparer leaves to the writer to report. */
const USED_UP = ['STORE_FULL', 'DISK_FULL', 'SEQUENCE_LIMIT'] as const;

/**
 * Prepares the next segment of a lane in a claimed slot: the length that is due, or longer if a
 * record of `recordBytes` needs it; the one after it is up to twice as long. Wakes who waits for
 * it.
 */
export function prepareNext(
  context: LogContext,
  lane: number,
  slot: number,
  recordBytes: number,
): void {
  const { control } = context;
  const next = control.laneStart(lane) + LANE_NEXT_BYTES;
  const bytesMin = Math.min(context.segmentBytes, SEGMENT_HEADER_BYTES + recordBytes);
  const bytes = Math.max(control.words[next]!, bytesMin);
  try {
    prepareSegment(context, lane, slot, { bytes, bytesMin });
    control.words[next] = Math.min(context.segmentBytes, bytes * 2);
  } finally {
    endPreparing(context, lane);
  }
}

/**
 * What the preparer does for a lane whose writer asked for a standby. That disk, pool or
 * generations are used up is left to the writer, whose own attempt reports it; else it poisons.
 */
export function prepareWanted(context: LogContext, lane: number): void {
  const { control } = context;
  if (!beginPreparing(context, lane, PREPARE_WANTED)) return;
  const slot = claimSlot(context, lane);
  if (slot < 0) {
    endPreparing(context, lane);
    return;
  }
  try {
    prepareNext(context, lane, slot, 0);
  } catch (error) {
    const isShort = USED_UP.some((code) => isLaneError(error, code));
    if (!isShort) poison(control, error);
    return;
  }
  Atomics.add(control.words, SYNC_REQUEST, 1);
  Atomics.notify(control.words, SYNC_REQUEST);
  faultIn(context, lane, slot);
}

/**
 * Prepares a new segment in a claimed slot, which is then SLOT_PREPARED. Smaller than asked for,
 * down to `bytesMin`, when the pool is short. On an error the slot is free again and no file is
 * left. Throws STORE_FULL (no memory in the pool), SEQUENCE_LIMIT, DISK_FULL or IO_ERROR.
 */
function prepareSegment(
  context: LogContext,
  lane: number,
  slot: number,
  sizes: { bytes: number; bytesMin: number },
): void {
  const { control } = context;
  const at = control.slotStart(lane, slot);
  if (context.imagesAt !== undefined) leaveFile(context, at);
  const { bytes, image } = takeImage(context, slot, sizes);
  if (image < 0) {
    Atomics.store(control.words, at + SLOT_STATE, SLOT_FREE);
    throw new LaneError('STORE_FULL', 'the memory of the store is full (option memoryBytes)');
  }
  try {
    const generation = takeGeneration(context.control);
    const region = createSegmentFile(context, { lane, generation, bytes, image });
    const { words } = control;
    words[at + SLOT_GENERATION] = generation;
    words[at + SLOT_BYTES] = bytes;
    words[at + SLOT_IMAGE] = image >>> 3;
    words[at + SLOT_ADDRESS_LOW] = region?.addressLow ?? 0;
    words[at + SLOT_ADDRESS_HIGH] = region?.addressHigh ?? 0;
    words[at + SLOT_END] = 0;
    words[at + SLOT_SYNCED] = SEGMENT_HEADER_BYTES;
    Atomics.store(words, at + SLOT_STATE, SLOT_PREPARED);
  } catch (error) {
    if (context.imagesAt === undefined) releaseRun(control, image, bytes);
    Atomics.store(control.words, at + SLOT_STATE, SLOT_FREE);
    throw error;
  }
}

/**
 * Gives a sealed slot whose records nobody needs any more a new generation, through a temporary
 * name: identity and name always agree. It is then SLOT_PREPARED again. False, with nothing
 * changed, while somebody prepares a segment of the lane: the older generation must be ready first.
 * SEQUENCE_LIMIT changes nothing either.
 * An error leaves a temporary file that the next open removes; the slot is then lost for this run,
 * its memory kept.
 */
export function recycleSegment(context: LogContext, lane: number, slot: number): boolean {
  const isOurs =
    beginPreparing(context, lane, PREPARE_NONE) || beginPreparing(context, lane, PREPARE_WANTED);
  if (!isOurs) return false;
  try {
    const state = context.control.slotStart(lane, slot) + SLOT_STATE;
    // In a log the slot may meanwhile serve another segment.
    const isGone = Atomics.load(context.control.words, state) !== SLOT_SEALED;
    if (context.imagesAt !== undefined && isGone) return false;
    renewSegment(context, lane, slot);
  } finally {
    endPreparing(context, lane);
  }
  return true;
}

/** Declares the lane's chain to begin at `generation`: older segments may be recycled. */
export function moveFirstGeneration(context: LogContext, lane: number, generation: number): void {
  context.control.words[context.control.laneStart(lane) + LANE_FIRST_GENERATION] = generation;
}

function renewSegment(context: LogContext, lane: number, slot: number): void {
  const { control, fileSystem, directory } = context;
  const { words } = control;
  const at = control.slotStart(lane, slot);
  invariant(words[at + SLOT_STATE] === SLOT_SEALED, 'only a sealed segment is recycled');
  const generation = takeGeneration(context.control);
  const claimed = Atomics.compareExchange(words, at + SLOT_STATE, SLOT_SEALED, SLOT_PREPARING);
  invariant(claimed === SLOT_SEALED, 'nobody else recycles segments of the lane');
  const before = segmentName(lane, words[at + SLOT_GENERATION]! >>> 0);
  const temporary = fileSystem.join(directory, preparingName(lane, generation));
  fileSystem.rename(fileSystem.join(directory, before), temporary);
  // The old name is gone for good before another identity stands in the file.
  fileSystem.syncDirectory(directory);
  const file = fileSystem.openWrite(temporary);
  try {
    const header = headerOf(context, lane, generation, words[at + SLOT_BYTES]!);
    file.write(header, 0, header.length, 0);
    file.sync();
    context.memory.bytes.set(header, words[at + SLOT_IMAGE]! * 8);
  } finally {
    file.close();
  }
  nameSegment(context, temporary, segmentName(lane, generation));
  addRetired(control, lane, words[at + SLOT_END]! - SEGMENT_HEADER_BYTES);
  words[at + SLOT_GENERATION] = generation;
  words[at + SLOT_END] = 0;
  words[at + SLOT_SYNCED] = SEGMENT_HEADER_BYTES;
  Atomics.store(words, at + SLOT_STATE, SLOT_PREPARED);
}

interface NewSegment {
  lane: number;
  generation: number;
  bytes: number;
  image: number;
}

function createSegmentFile(context: LogContext, segment: NewSegment): MappedRegion | undefined {
  const { fileSystem, directory, memory } = context;
  const temporary = fileSystem.join(directory, preparingName(segment.lane, segment.generation));
  const name = segmentName(segment.lane, segment.generation);
  // A preparation that a crash cut off may have left it: its number was never given out for good.
  removeIfThere(fileSystem, temporary);
  const file = fileSystem.create(temporary);
  let region: MappedRegion | undefined;
  try {
    // A mapping's pages are written when it is populated; what is not mapped is written here.
    file.allocate(segment.bytes, !context.isMapped);
    if (context.isMapped) region = fileSystem.mapRegion(file, segment.bytes);
    const header = headerOf(context, segment.lane, segment.generation, segment.bytes);
    file.write(header, 0, header.length, 0);
    memory.bytes.set(header, segment.image);
    file.sync();
    nameSegment(context, temporary, name);
    return region;
  } catch (error) {
    if (region !== undefined) fileSystem.unmapRegion(region);
    removeIfThere(fileSystem, temporary);
    // Named, but not for good: on a full disk every attempt would leave one more.
    removeIfThere(fileSystem, fileSystem.join(directory, name));
    throw error;
  } finally {
    file.close();
  }
}

function nameSegment(context: LogContext, temporary: string, name: string): void {
  const { fileSystem, directory } = context;
  fileSystem.rename(temporary, fileSystem.join(directory, name));
  fileSystem.syncDirectory(directory);
}

function headerOf(
  context: LogContext,
  lane: number,
  generation: number,
  segmentBytes: number,
): Uint8Array {
  const era = context.control.words[ERA]! >>> 0;
  const header = { storeId: context.storeId, lane, generation, segmentBytes, era };
  return encodeSegmentHeader({ ...header, state: SEGMENT_OPEN }, crc32);
}

/**
 * Ends the mapping of the segment that a log's slot served before; its file stays. On an error the
 * slot is free.
 */
function leaveFile(context: LogContext, at: number): void {
  const { words } = context.control;
  const low = words[at + SLOT_ADDRESS_LOW]!;
  const high = words[at + SLOT_ADDRESS_HIGH]!;
  words[at + SLOT_ADDRESS_LOW] = 0;
  words[at + SLOT_ADDRESS_HIGH] = 0;
  if (low === 0 && high === 0) return;
  const { fileSystem } = context;
  try {
    fileSystem.unmapRegion(fileSystem.attachRegion(low, high, words[at + SLOT_BYTES]!));
  } catch (error) {
    Atomics.store(words, at + SLOT_STATE, SLOT_FREE);
    throw error;
  }
}

function takeImage(
  context: LogContext,
  slot: number,
  sizes: { bytes: number; bytesMin: number },
): { bytes: number; image: number } {
  const { bytes: wanted, bytesMin } = sizes;
  if (context.imagesAt !== undefined) {
    const bytes = roundUp(wanted);
    return { bytes, image: context.imagesAt + slot * roundUp(context.segmentBytes) };
  }
  for (let bytes = wanted; ; bytes = Math.max(bytesMin, bytes >>> 1)) {
    const rounded = roundUp(bytes);
    const image = takeRun(context.control, rounded);
    if (image >= 0 || bytes <= bytesMin) return { bytes: rounded, image };
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / CHUNK_BYTES) * CHUNK_BYTES;
}
