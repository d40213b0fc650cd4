// A walk over a range of log and tree together, in runs: what the log says of a key goes before
// what the tree says, and a delete in the log hides the key. Between two runs nothing of it points
// into memory that may be given up.

import type { PoolMemory } from '../control/pool.js';
import { keyBytesOf, keyDistanceOf } from '../format/operation.js';
import { searchPage } from '../tree/page-search.js';
import type { TreeRange } from '../tree/tree-range.js';
import type { EntryRun } from './entry-run.js';
import { isPut } from './entry-run.js';
import type { TreeValues } from './tree-entry.js';
import { addTreeEntry } from './tree-entry.js';

/** What gives the locations of the log's operations in the range, deletes too, in its direction. */
export interface LogRuns {
  /** True when no later run gives anything. */
  readonly isDone: boolean;
  /** Up to `limit` locations; at most `examinedMax` entries are looked at. */
  fill(target: Int32Array, limit: number, examinedMax: number): number;
}

export interface MergedSources {
  log: LogRuns;
  /** Memory that the locations of the log are in, and era of operations that state none. */
  logMemory: PoolMemory;
  era: number;
  /** Standing on its first entry, or on none. */
  tree: TreeRange;
  /** Undefined: keys only. */
  values: TreeValues | undefined;
  isReverse: boolean;
}

const LOG_RUN = 256;

export class MergedWalk {
  readonly #sources: MergedSources;
  readonly #locations = new Int32Array(LOG_RUN);
  #filled = 0;
  #next = 0;

  constructor(sources: MergedSources) {
    this.#sources = sources;
  }

  /** True when no later run gives anything. */
  get isDone(): boolean {
    return this.#next === this.#filled && this.#sources.log.isDone && this.#sources.tree.isDone;
  }

  /**
   * Adds up to `limit` entries to a run. It may be short or empty without being the last: at most
   * `examinedMax` entries of the log are looked at for each.
   */
  fill(run: EntryRun, limit: number, examinedMax: number): void {
    const { log, logMemory, era, values } = this.#sources;
    while (run.count < limit && !run.isFull) {
      if (this.#next === this.#filled && !log.isDone) {
        this.#next = 0;
        this.#filled = log.fill(this.#locations, Math.min(LOG_RUN, limit), examinedMax);
        if (this.#filled === 0 && !log.isDone) return;
      }
      if (this.#next === this.#filled) {
        if (this.#sources.tree.isDone) return;
        this.#addFromTree(run, limit, this.#sources.tree.leafEnd);
        continue;
      }
      const location = this.#locations[this.#next]!;
      if (!this.#passTree(run, limit, location)) continue;
      if (isPut(logMemory, location)) {
        if (run.count === limit || run.isFull) return;
        run.addOperation(logMemory, location, era, values !== undefined);
      }
      this.#next++;
    }
  }

  /**
   * Adds what the leaf has before the key of a location and steps over that key itself; false if it
   * did not come that far.
   */
  #passTree(run: EntryRun, limit: number, location: number): boolean {
    const { tree, logMemory, isReverse } = this.#sources;
    if (tree.isDone) return true;
    const word = logMemory.words[location << 1]!;
    const key = (location << 3) + keyDistanceOf(word);
    const found = searchPage(tree.memory, 0, logMemory, key, keyBytesOf(word));
    const position = found < 0 ? ~found : found;
    const end = tree.leafEnd;
    // Behind the last entry before the key, in the walk's direction.
    const stop = isReverse ? (found < 0 ? position : position - 1) : position;
    const isInLeaf = isReverse ? stop > end : stop < end;
    if (!this.#addFromTree(run, limit, isInLeaf ? stop : end)) return false;
    // The leaf may have ended before the key: the next one goes on.
    if (!isInLeaf) return tree.isDone;
    if (found < 0) tree.jump(isReverse ? stop - 1 : stop + 1);
    return true;
  }

  /** Adds the entries of the leaf up to index `stop`; false if the run was full before. */
  #addFromTree(run: EntryRun, limit: number, stop: number): boolean {
    const { tree, values, isReverse } = this.#sources;
    const step = isReverse ? -1 : 1;
    let index = tree.index;
    while ((stop - index) * step > 0) {
      if (run.count === limit || run.isFull) {
        tree.jump(index);
        return false;
      }
      addTreeEntry(run, tree.memory, index, values);
      index += step;
    }
    if (index !== tree.index) tree.jump(index);
    return true;
  }
}
