// A range over several lanes: the cursors of all lanes merged by key. Of a key that several lanes
// wrote, the highest visible sequence stands; if that is a delete, the key is not there. Each lane
// is read in runs, so that its lock is held for a few hundred entries at most, and may be written
// between runs.

import type { PoolMemory } from '../control/pool.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_DELETE,
  kindOf,
  WORD_ERA,
  WORD_SEQUENCE,
} from '../format/operation.js';
import type { MemtableCursor } from '../memtable/cursor.js';
import { compareKeys } from '../memtable/key-compare.js';

/**
 * Where a merge stands in one lane: a cursor that keeps deletes, and the locations it gave last.
 */
export interface LaneRun {
  lane: number;
  cursor: MemtableCursor;
  run: Int32Array;
  filled: number;
  next: number;
}

/** Fills runs from lanes, whatever locks that takes. */
export interface RunSource {
  readonly memory: PoolMemory;
  fillRun(run: LaneRun, examinedMax: number): number;
}

const RUN_FIRST = 16;
const RUN_MAX = 256;

export class LaneMerge {
  readonly #source: RunSource;
  readonly #runs: LaneRun[];
  /** The runs that stand on the key that is next, as indexes; `#tiedCount` of them. */
  readonly #tied: Int32Array;
  readonly #sign: number;
  #tiedCount = 0;
  #isDone = false;

  constructor(source: RunSource, runs: LaneRun[], isReverse: boolean) {
    this.#source = source;
    this.#runs = runs;
    this.#tied = new Int32Array(runs.length);
    this.#sign = isReverse ? -1 : 1;
  }

  /** True when no later run gives anything. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** As MemtableCursor.fill; `examinedMax` bounds the entries looked at under one lock. */
  fill(target: Int32Array, limit: number, examinedMax: number): number {
    const { words } = this.#source.memory;
    let filled = 0;
    while (filled < limit && !this.#isDone) {
      if (!this.#refill(examinedMax)) return filled;
      const location = this.#next();
      if (location === 0) {
        this.#isDone = true;
        return filled;
      }
      this.#step();
      if (kindOf(words[location << 1]!) !== KIND_DELETE) target[filled++] = location;
    }
    return filled;
  }

  /** Makes every lane show its next entry; false if one is still searching for it. */
  #refill(examinedMax: number): boolean {
    for (const run of this.#runs) {
      if (run.next < run.filled || run.cursor.isDone) continue;
      const length = Math.min(RUN_MAX, Math.max(RUN_FIRST, run.run.length * 4));
      if (length > run.run.length) run.run = new Int32Array(length);
      run.next = 0;
      run.filled = this.#source.fillRun(run, examinedMax);
      if (run.filled === 0 && !run.cursor.isDone) return false;
    }
    return true;
  }

  /**
   * The newest operation on the next key, 0 if there is none. Notes which runs stand on that key.
   */
  #next(): number {
    const { memory } = this.#source;
    let newest = 0;
    this.#tiedCount = 0;
    for (let index = 0; index < this.#runs.length; index++) {
      const run = this.#runs[index]!;
      if (run.next === run.filled) continue;
      const location = run.run[run.next]!;
      const order = newest === 0 ? -1 : compareKeys(memory, location, newest, 0) * this.#sign;
      if (order > 0) continue;
      if (order < 0) this.#tiedCount = 0;
      if (order < 0 || isNewer(memory.words, location, newest)) newest = location;
      this.#tied[this.#tiedCount++] = index;
    }
    return newest;
  }

  #step(): void {
    for (let at = 0; at < this.#tiedCount; at++) this.#runs[this.#tied[at]!]!.next++;
  }
}

/** True if the operation at `a` was written after the one at `b`. A stated era is an older one. */
export function isNewer(words: Int32Array, a: number, b: number): boolean {
  const atA = a << 1;
  const atB = b << 1;
  const hasEraA = (flagsOf(words[atA]!) & FLAG_ERA) !== 0;
  const hasEraB = (flagsOf(words[atB]!) & FLAG_ERA) !== 0;
  if (hasEraA !== hasEraB) return hasEraB;
  if (hasEraA && words[atA + WORD_ERA] !== words[atB + WORD_ERA]) {
    return words[atA + WORD_ERA]! >>> 0 > words[atB + WORD_ERA]! >>> 0;
  }
  return words[atA + WORD_SEQUENCE]! >>> 0 > words[atB + WORD_SEQUENCE]! >>> 0;
}
