// The counters of a store and the numbers from which each is carried across 2^31, 2^32 or its own limit.

import type { ControlBlock } from '../../src/control/control-block.js';
import {
  LANE_ENTRIES,
  LANE_IN_PLACE,
  LANE_ROTATIONS,
  LANE_STALLS,
  LANE_SYNCED_ENTRIES,
  PREPARE_DONE,
  PREPARE_REQUEST,
  ROUND,
  SYNC_COUNT,
  SYNC_REQUEST,
} from '../../src/control/control-block.js';
import { ERA_MAX } from '../../src/format/operation.js';
import type { Place } from './placed-store.js';

export interface CounterCase {
  name: string;
  place: Place;
}

const HALF = 2 ** 31;
const WHOLE = 2 ** 32;

/** How far below its end a counter starts: so that the first writes, or later ones, cross it. */
const DISTANCES = [0, 1, 30];

/** Words that wrap, or count no more than there are sequences. */
const WORDS: Record<string, number> = {
  ROUND,
  SYNC_COUNT,
  SYNC_REQUEST,
  PREPARE_REQUEST,
  PREPARE_DONE,
};
const LANE_WORDS: Record<string, number> = {
  LANE_ENTRIES,
  LANE_IN_PLACE,
  LANE_ROTATIONS,
  LANE_STALLS,
};
/** Only these are ever used up: the others count at most the sequences of an era. */
const WRAPPING = new Set(['ROUND', 'SYNC_REQUEST', 'PREPARE_REQUEST', 'PREPARE_DONE']);

export const COUNTER_CASES: readonly CounterCase[] = [...storedCases(), ...wordCases()];

function storedCases(): CounterCase[] {
  const cases: CounterCase[] = [];
  const add = (name: string, place: Place) => cases.push({ name, place });
  for (const distance of DISTANCES) {
    for (const era of [0, 2 ** 20, ERA_MAX - 1]) {
      add(`sequence 2^31 - ${distance} of era ${era}`, { era, sequence: HALF - distance });
    }
    for (const [name, end] of [
      ['10^9', 10 ** 9],
      ['2^31', HALF],
    ] as const) {
      add(`generation ${name} - ${distance}`, { generation: end - distance });
    }
    for (const [name, end] of [
      ['2^31', HALF],
      ['2^32', WHOLE],
      ['2^33', 2 * WHOLE],
      ['2^52', 2 ** 52],
    ] as const) {
      add(`superblock counter ${name} - ${distance}`, { counter: end - distance });
    }
  }
  for (const epoch of [HALF - 1, HALF, WHOLE - 1]) add(`epoch ${epoch}`, { epoch });
  return cases;
}

function wordCases(): CounterCase[] {
  const cases: CounterCase[] = [];
  for (const distance of DISTANCES) {
    for (const [name, word] of Object.entries(WORDS)) {
      cases.push(wordCase(name, '2^31', HALF - distance, (_control) => [word]));
      if (!WRAPPING.has(name)) continue;
      cases.push(wordCase(name, '2^32', WHOLE - distance, (_control) => [word]));
    }
    for (const [name, word] of Object.entries(LANE_WORDS)) {
      // Entries are counted as a difference: both begin at the same number.
      const words = name === 'LANE_ENTRIES' ? [word, LANE_SYNCED_ENTRIES] : [word];
      const placed = (control: ControlBlock) => words.map((one) => control.laneStart(0) + one);
      cases.push(wordCase(name, '2^31', HALF - distance, placed));
    }
  }
  return cases;
}

function wordCase(
  name: string,
  end: string,
  value: number,
  indexes: (control: ControlBlock) => number[],
): CounterCase {
  const distance = (end === '2^31' ? HALF : WHOLE) - value;
  return {
    name: `${name} ${end} - ${distance}`,
    place: {
      words: (control) => {
        for (const index of indexes(control)) control.words[index] = value | 0;
      },
    },
  };
}
