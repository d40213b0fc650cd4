// Which segments of a directory are the store's present life. A life begins with an open that
// copied what had survived into sealed segments (or with a new store): everything older was left
// behind then, with the tails that were given up. The superblock names the present one; where it
// does not, or names an older one than was written to, the segments tell. Pure.

import type { SegmentName } from '../format/file-name.js';
import { SEGMENT_OPEN, SEGMENT_SEALED } from '../format/segment-header.js';
import type { Superblock } from '../format/superblock.js';
import type { ScannedSegment } from './scan-segment.js';

export interface Life {
  /** The slot that names it; undefined if the segments had to tell. */
  block: Superblock | undefined;
  /** Segments that were left behind before it began. */
  isBehind(segment: SegmentName & Pick<ScannedSegment, 'header'>): boolean;
  /** A copy of it that was not committed: nothing is lost if it is damaged. */
  isSpare(segment: ScannedSegment): boolean;
  /** Era of records that state none. */
  era: number;
  /** Low half of the sequence from which on no number is skipped. */
  firstSequence: number;
  /** Low half of the largest sequence that anything states to have been durable. */
  durable: number;
}

/** The present life of the store whose superblock, if any slot is valid, says `block`. */
export function presentLife(segments: ScannedSegment[], block: Superblock | undefined): Life {
  const sealed = segments.filter(isSealed).sort((a, b) => b.generation - a.generation);
  const open = segments.filter(isOpen);
  if (block !== undefined && !isOutdated(block, sealed, open)) return namedLife(block, segments);
  const newest = sealed.find((one) => open.some((other) => other.generation > one.generation));
  const base = newest === undefined ? 0 : runStart(newest, sealed, open);
  const opened = open.filter((one) => one.generation >= base);
  const eras = opened.flatMap(({ header }) => (header === undefined ? [] : [header.era]));
  const era = eras.length > 0 ? Math.max(...eras) : largestEra(segments);
  const isBehind: Life['isBehind'] = ({ generation, header }) =>
    generation < base || (header?.state === SEGMENT_OPEN && header.era < era);
  const held = segments.filter((one) => !isBehind(one));
  const before = lastSealed(held, era);
  const durable = durableIn(held);
  const isSpare = () => false;
  return { block: undefined, isBehind, isSpare, era, firstSequence: before + 1, durable };
}

/** The segment was written as a whole, by what its header or else its records say. */
export function isSealed({ header, sealed }: ScannedSegment): boolean {
  return header === undefined ? sealed.length > 0 : header.state === SEGMENT_SEALED;
}

/** Records are, or were, appended to the segment. */
export function isOpen({ header, live, control }: ScannedSegment): boolean {
  if (header !== undefined) return header.state === SEGMENT_OPEN;
  return live.length > 0 || control.length > 0;
}

function namedLife(block: Superblock, segments: ScannedSegment[]): Life {
  const oldest = Math.min(...block.lanes.map(({ firstGeneration }) => firstGeneration));
  const isBehind: Life['isBehind'] = ({ lane, generation }) => {
    const own = block.lanes.find((one) => one.lane === lane);
    return generation < (own?.firstGeneration ?? oldest);
  };
  const { era, firstSequence } = block;
  const held = segments.filter((one) => !isBehind(one));
  const durable = Math.max(block.durable, durableIn(held));
  const live = liveGenerationOf(block);
  const isSpare: Life['isSpare'] = (one) => isSealed(one) && one.generation > live;
  return { block, isBehind, isSpare, era, firstSequence, durable };
}

/**
 * A later life has begun, and was written to: a segment that was sealed after the slot was written,
 * and records behind it. Without them the copy was not committed, or says the same.
 */
function isOutdated(block: Superblock, sealed: ScannedSegment[], open: ScannedSegment[]): boolean {
  const live = liveGenerationOf(block);
  const later = sealed.filter(({ generation }) => generation > live);
  return later.some((one) =>
    open.some((other) => other.generation > one.generation && holdsLive(other)),
  );
}

/** What was sealed in a life is older than any of its live segments. */
function liveGenerationOf(block: Superblock): number {
  return Math.max(...block.lanes.map(({ liveGeneration }) => liveGeneration));
}

/** A record of the era in which the segment was made is there. */
export function holdsLive({ live, control }: ScannedSegment): boolean {
  return live.length > 0 || control.length > 0;
}

/** Generation at which the sealed segments of one copy begin: nothing open stands between them. */
function runStart(newest: ScannedSegment, sealed: ScannedSegment[], open: ScannedSegment[]) {
  let start = newest.generation;
  for (const { generation, header } of sealed) {
    if (generation >= start) continue;
    const isCut = open.some((one) => one.generation > generation && one.generation < start);
    const isOfOther =
      header !== undefined && newest.header !== undefined && header.era !== newest.header.era;
    if (isCut || isOfOther) break;
    start = generation;
  }
  return start;
}

/** Largest era that any header or record states. */
export function largestEra(segments: ScannedSegment[]): number {
  let era = 0;
  for (const { header, sealed } of segments) {
    era = Math.max(era, header?.era ?? 0);
    for (const sequence of sealed.values) era = Math.max(era, Math.floor(sequence / 2 ** 32));
  }
  return era;
}

/** Low half of the largest sequence of this era in sealed records: the live ones come after it. */
function lastSealed(segments: ScannedSegment[], era: number): number {
  let last = 0;
  for (const { sealed } of segments) {
    for (const sequence of sealed.values) {
      if (Math.floor(sequence / 2 ** 32) === era) last = Math.max(last, sequence % 2 ** 32);
    }
  }
  return last;
}

function durableIn(segments: ScannedSegment[]): number {
  return segments.reduce((most, { durable }) => Math.max(most, durable), 0);
}
