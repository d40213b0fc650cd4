// Reading across lanes: every lane's memtable is searched under its lock, a thread's own without,
// and the operation with the highest sequence wins. For a thread with a lane of its own, or with
// none. A location that was found may be read without any lock: what a lane has published never
// changes.
// Owner: one thread, which alone uses its scratch operation. Decodes nothing.

import type { ControlBlock } from '../control/control-block.js';
import { LANE_LAST_COMMIT, LANE_LOCK } from '../control/control-block.js';
import { fence } from '../control/fence.js';
import { acquireLock, holderOf, releaseLock } from '../control/lane-lock.js';
import type { PoolMemory } from '../control/pool.js';
import type { CursorOptions } from '../memtable/cursor.js';
import { MemtableCursor } from '../memtable/cursor.js';
import { Memtable, SEQUENCE_NEWEST } from '../memtable/memtable.js';
import type { LaneRun, RunSource } from './lane-merge.js';
import { isNewer, LaneMerge } from './lane-merge.js';

/** The `own` of a thread that has no lane. */
export const NO_LANE = -1;

export interface LaneReader {
  /** The reading thread's own lane, which it reads without a lock, or NO_LANE. */
  own: number;
  /** Names the thread in lock words. */
  mark: number;
  /** Location of the thread's scratch operation. */
  scratch: number;
}

export class LaneReads implements RunSource {
  readonly memory: PoolMemory;
  readonly #control: ControlBlock;
  readonly #reader: LaneReader;
  readonly #memtables: Memtable[] = [];

  constructor(control: ControlBlock, memory: PoolMemory, reader: LaneReader) {
    this.memory = memory;
    this.#control = control;
    this.#reader = reader;
    for (let lane = 0; lane < control.lanesMax; lane++) {
      this.#memtables.push(new Memtable(control, memory, lane));
    }
  }

  /**
   * Location of the newest operation on the key of the operation at `location`, 0 if there is none.
   */
  find(location: number): number {
    return this.findAt(location, SEQUENCE_NEWEST);
  }

  /** Like find, of the newest operation whose sequence is not above `sequence`. */
  findAt(location: number, sequence: number): number {
    const { words } = this.memory;
    let newest = 0;
    for (let lane = 0; lane < this.#control.lanesMax; lane++) {
      if (!this.#control.isPresent(lane)) continue;
      const found = this.#findIn(lane, location, sequence);
      if (found === 0) continue;
      if (newest === 0 || isNewer(words, found, newest)) newest = found;
    }
    return newest;
  }

  /** A walk over a range of all lanes. What is added after its sequence changes nothing of it. */
  merge(options: Omit<CursorOptions, 'keepsDeletes' | 'scratch'>): LaneMerge {
    const runs: LaneRun[] = [];
    const { scratch } = this.#reader;
    for (let lane = 0; lane < this.#control.lanesMax; lane++) {
      if (!this.#control.isPresent(lane)) continue;
      const own = { ...options, keepsDeletes: true, scratch };
      const cursor = new MemtableCursor(this.#memtables[lane]!, own);
      runs.push({ lane, cursor, run: new Int32Array(0), filled: 0, next: 0 });
    }
    return new LaneMerge(this, runs, options.isReverse);
  }

  /** Fills a run of a lane's cursor under the lane's lock; returns the number of locations. */
  fillRun(run: LaneRun, examinedMax: number): number {
    const isLocked = this.#lock(run.lane);
    try {
      return run.cursor.fill(run.run, run.run.length, examinedMax);
    } finally {
      if (isLocked) this.#unlock(run.lane);
    }
  }

  /** Low half of a sequence such that everything not above it is published, in every lane. */
  fencedSequence(): number {
    return (fence(this.#control, this.#reader.mark) - 1) >>> 0;
  }

  /** Location of the newest commit record of all lanes, 0 if there is none. */
  lastCommit(): number {
    const { words } = this.#control;
    let newest = 0;
    for (let lane = 0; lane < this.#control.lanesMax; lane++) {
      if (!this.#control.isPresent(lane)) continue;
      const isLocked = this.#lock(lane);
      const found = words[this.#control.laneStart(lane) + LANE_LAST_COMMIT]!;
      if (isLocked) this.#unlock(lane);
      if (found === 0) continue;
      if (newest === 0 || isNewer(this.memory.words, found, newest)) newest = found;
    }
    return newest;
  }

  #findIn(lane: number, location: number, sequence: number): number {
    const isLocked = this.#lock(lane);
    try {
      return this.#memtables[lane]!.findAt(location, sequence);
    } finally {
      if (isLocked) this.#unlock(lane);
    }
  }

  /**
   * Takes a foreign lane's lock; false if none is needed: the lane is own, or all are held by this
   * thread.
   */
  #lock(lane: number): boolean {
    const { own, mark } = this.#reader;
    if (lane === own) return false;
    const lock = this.#control.laneStart(lane) + LANE_LOCK;
    if (holderOf(this.#control.words, lock) === mark) return false;
    acquireLock(this.#control.words, lock, mark);
    return true;
  }

  #unlock(lane: number): void {
    releaseLock(this.#control.words, this.#control.laneStart(lane) + LANE_LOCK);
  }
}
