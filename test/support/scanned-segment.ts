// Scanned segments as a salvage sees them, made up: no bytes behind them.

import { segmentName } from '../../src/format/file-name.js';
import { SEGMENT_OPEN, SEGMENT_SEALED } from '../../src/format/segment-header.js';
import { STORE_OPEN, type Superblock } from '../../src/format/superblock.js';
import { NumberList } from '../../src/salvage/number-list.js';
import type { ScannedSegment } from '../../src/salvage/scan-segment.js';
import { FIXTURE_STORE_ID } from './log-builder.js';

export interface MadeUp {
  generation: number;
  lane?: number;
  /** Without one the header is damaged. */
  state?: 'open' | 'sealed';
  era?: number;
  live?: number[];
  control?: number[];
  /** Full sequences. */
  sealed?: number[];
  durable?: number;
  next?: number;
  end?: number;
  length?: number;
  changes?: Partial<ScannedSegment>;
}

export function scanned(made: MadeUp): ScannedSegment {
  const { generation, lane = 0, state, era = 0, length = 65536 } = made;
  const header = {
    storeId: FIXTURE_STORE_ID,
    lane,
    generation,
    segmentBytes: 65536,
    era,
    state: state === 'sealed' ? SEGMENT_SEALED : SEGMENT_OPEN,
  };
  const name = segmentName(lane, generation);
  return {
    file: {
      name,
      path: `/store/${name}`,
      named: { lane, generation },
      length,
      header: state === undefined ? 'checksum' : header,
      otherVersion: undefined,
    },
    lane,
    generation,
    header: state === undefined ? undefined : header,
    live: listOf(made.live),
    control: listOf(made.control),
    sealed: listOf(made.sealed),
    durable: made.durable ?? 0,
    hasEntries: false,
    gaps: [],
    refused: [],
    end: made.end ?? 5000,
    next: made.next ?? 0,
    isCutShort: false,
    ...made.changes,
  };
}

export function blockOf(changes: Partial<Superblock> & { first: number; live?: number }) {
  const { first, live = first, ...others } = changes;
  const block: Superblock = {
    storeId: FIXTURE_STORE_ID,
    counter: 5,
    state: STORE_OPEN,
    era: 0,
    durable: 0,
    firstSequence: 1,
    nextGeneration: 100,
    epoch: 1,
    lanes: [
      { lane: 0, firstGeneration: first, liveGeneration: live, endGeneration: 0, endOffset: 0 },
    ],
    ...others,
  };
  return block;
}

/** Full sequence. */
export function full(era: number, low: number): number {
  return era * 2 ** 32 + low;
}

function listOf(numbers: number[] = []): NumberList {
  const list = new NumberList();
  for (const number of numbers) list.push(number);
  return list;
}
