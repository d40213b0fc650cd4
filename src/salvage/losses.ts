// What of a directory could not be read or used, and where. A place counts as a loss if it cannot
// be what a sound log has there: the end of a log looks like a torn record, and is one only if a
// record is missing that was to stand there. Pure.

import { isSameStore } from '../format/file-header.js';
import type { SegmentName } from '../format/file-name.js';
import { SUPERBLOCK_NAME, segmentName } from '../format/file-name.js';
import { SEGMENT_BYTES_MAX, SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { SLOT_BYTES } from '../format/superblock.js';
import type { Life } from './life.js';
import { holdsLive, isSealed } from './life.js';
import type { FoundSequences } from './missing.js';
import { eraOf } from './missing.js';
import type { SalvageLoss } from './report.js';
import type { ScannedSegment, SegmentFile } from './scan-segment.js';
import type { StoreIdentity } from './store-identity.js';

export interface Known {
  life: Life;
  found: FoundSequences;
}

const REFUSED = 'the disk refuses to read this';

/** Losses of the superblock. */
export function superblockLosses(identity: StoreIdentity, life: Life): SalvageLoss[] {
  const { slots, held, refused } = identity;
  const file = SUPERBLOCK_NAME;
  if (slots.length === 0) return [{ file, offset: 0, reason: 'the superblock is missing' }];
  const losses = refused.map((range) => ({ file, ...range, reason: REFUSED }));
  for (const { slot, problem, block } of slots) {
    const at = { file, offset: slot * SLOT_BYTES, bytes: SLOT_BYTES };
    if (problem !== undefined) {
      losses.push({ ...at, reason: `the slot is not valid (${problem})` });
    } else if (!isSameStore(block!.storeId, identity.storeId)) {
      losses.push({ ...at, reason: 'the slot belongs to another store' });
    } else if (slot === held?.slot && life.block === undefined) {
      losses.push({ ...at, reason: 'the slot is older than the log' });
    }
  }
  return losses;
}

/** The loss of a segment that was not read at all; undefined if it can be read. */
export function foreignLoss(file: SegmentFile, storeId: Uint8Array): SalvageLoss | undefined {
  const whole = { file: file.name, offset: 0, bytes: file.length };
  if (file.otherVersion !== undefined) {
    return { ...whole, reason: `the file has format version ${file.otherVersion}` };
  }
  const { header } = file;
  if (typeof header === 'string' || isSameStore(header.storeId, storeId)) return undefined;
  return { ...whole, reason: 'the file belongs to another store' };
}

/**
 * Losses of the segments of a life, file by file, and of those that are missing; `others` are the
 * names of files that were not read.
 */
export function segmentLosses(
  segments: ScannedSegment[],
  others: string[],
  { life, found }: Known,
): SalvageLoss[] {
  const losses: SalvageLoss[] = [];
  for (const segment of segments) {
    if (life.isSpare(segment)) continue;
    losses.push(...fileLosses(segment), ...recordLosses(segment, segments, { life, found }));
  }
  const own = segments.map(({ lane, generation }) => segmentName(lane, generation));
  const names = new Set([...own, ...others]);
  for (const name of expectedNames(segments, life)) {
    if (!names.has(name)) losses.push({ file: name, offset: 0, reason: 'the file is missing' });
  }
  return losses;
}

function fileLosses(segment: ScannedSegment): SalvageLoss[] {
  const { file, refused } = segment;
  const { name, header, length } = file;
  const losses: SalvageLoss[] = refused.map((range) => ({
    file: name,
    ...range,
    reason: REFUSED,
  }));
  if (typeof header === 'string') {
    const bytes = Math.min(length, SEGMENT_HEADER_BYTES);
    losses.push({ file: name, offset: 0, bytes, reason: `the header is damaged (${header})` });
  } else if (length < header.segmentBytes) {
    const bytes = header.segmentBytes - length;
    losses.push({ file: name, offset: length, bytes, reason: 'the file was cut' });
  } else if (length > header.segmentBytes) {
    const offset = header.segmentBytes;
    const bytes = length - offset;
    losses.push({ file: name, offset, bytes, reason: 'the file is longer than its header says' });
  }
  if (length > SEGMENT_BYTES_MAX) {
    const bytes = length - SEGMENT_BYTES_MAX;
    losses.push({ file: name, offset: SEGMENT_BYTES_MAX, bytes, reason: 'this was not read' });
  }
  return losses;
}

function recordLosses(
  segment: ScannedSegment,
  segments: ScannedSegment[],
  known: Known,
): SalvageLoss[] {
  const { file, gaps, end, isCutShort } = segment;
  const losses = gaps.map((gap) => ({ file: file.name, ...gap, reason: 'no valid record' }));
  const rest = { file: file.name, offset: end, bytes: Math.max(0, file.length - end) };
  if (isCutShort)
    losses.push({ ...rest, reason: 'too much here looks like records: not searched' });
  else if (isBroken(segment, segments, known)) {
    losses.push({ ...rest, reason: 'from here on records are missing' });
  }
  return losses;
}

/** True if a segment ends where it cannot have ended. */
function isBroken(segment: ScannedSegment, segments: ScannedSegment[], known: Known): boolean {
  if (segment.next !== 0) return false;
  if (isSealed(segment)) return true;
  const { lane, generation } = segment;
  const isFollowed = segments.some(
    (one) => one.lane === lane && one.generation > generation && holdsLive(one),
  );
  if (isFollowed) return true;
  // A standby that nobody came to.
  if (!holdsLive(segment) && !isNamed(segment, segments, known.life)) return false;
  const lastMissing = known.found.missing.at(-1)?.last ?? 0;
  return lastMissing > lastOf(segments, lane, known.life);
}

/** A trailer or the superblock leads to the segment. */
function isNamed({ lane, generation }: SegmentName, segments: ScannedSegment[], life: Life) {
  return expectedNames(segments, life).has(segmentName(lane, generation));
}

/** Largest full sequence of a lane's live records. */
function lastOf(segments: ScannedSegment[], lane: number, life: Life): number {
  let last = 0;
  for (const one of segments) {
    if (one.lane !== lane) continue;
    const base = eraOf(one, life) * 2 ** 32;
    for (const list of [one.live.values, one.control.values]) {
      for (const low of list) last = Math.max(last, base + low);
    }
  }
  return last;
}

/** Segments that the superblock or a rotation trailer names. */
function expectedNames(segments: ScannedSegment[], life: Life): Set<string> {
  const names = new Set<string>();
  for (const one of segments) {
    if (one.next !== 0 && !life.isSpare(one)) names.add(segmentName(one.lane, one.next));
  }
  for (const lane of life.block?.lanes ?? []) {
    names.add(segmentName(lane.lane, lane.firstGeneration));
    names.add(segmentName(lane.lane, lane.liveGeneration));
    if (lane.endGeneration !== 0) names.add(segmentName(lane.lane, lane.endGeneration));
  }
  return names;
}
