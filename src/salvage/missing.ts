// Which sequences of the present era no record was found for: every number from the first one on
// was given out, so one that is not there is lost, or never reached the disk. Pure.

import type { Life } from './life.js';
import { sortedOnce } from './number-list.js';
import type { MissingRange } from './report.js';
import type { ScannedSegment } from './scan-segment.js';

const ERA_SEQUENCES = 2 ** 32;

export interface FoundSequences {
  /** Full sequences of all records with operations, ascending, each once. */
  operations: Float64Array;
  /** Full sequences of the present era that are missing from the first to the last known one. */
  missing: MissingRange[];
}

/** What the segments of a life hold, and what is missing. */
export function findSequences(segments: ScannedSegment[], life: Life): FoundSequences {
  const operations = sortedOnce(
    segments.flatMap((one) => [one.sealed.values, inEra(one.live.values, eraOf(one, life))]),
  );
  const control = segments.map((one) => inEra(one.control.values, eraOf(one, life)));
  const first = life.era * ERA_SEQUENCES + life.firstSequence;
  const durable = life.era * ERA_SEQUENCES + life.durable;
  const missing: MissingRange[] = [];
  let next = first;
  for (const sequence of sortedOnce([operations, ...control])) {
    if (sequence < next || sequence >= (life.era + 1) * ERA_SEQUENCES) continue;
    if (sequence > next) missing.push({ first: next, last: sequence - 1 });
    next = sequence + 1;
  }
  if (next <= durable) missing.push({ first: next, last: durable });
  return { operations, missing };
}

/** Era of a segment's records that state none. */
export function eraOf({ header }: Pick<ScannedSegment, 'header'>, life: Life): number {
  return header?.era ?? life.era;
}

function inEra(lows: Float64Array, era: number): Float64Array {
  return lows.map((low) => era * ERA_SEQUENCES + low);
}
