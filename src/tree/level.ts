// One level of a tree under construction: the entries that wait for their page, and what is needed
// to name the next page in the level above.

import { PAGE_BYTES, PAGE_KEY_BYTES_MAX } from '../format/tree-page.js';
import { StagedEntries } from './staged-entries.js';

/** A page with less than this joins a neighbour. */
export const JOIN_BYTES = Math.floor(PAGE_BYTES / 3);

export class Level {
  readonly level: number;
  staged = new StagedEntries();
  /** Used when entries have to be put before those that wait. */
  spare: StagedEntries | undefined;
  /**
   * Leaves: below every key that waits, and not below any key before; for the first page of a run.
   */
  readonly bound = new Uint8Array(PAGE_KEY_BYTES_MAX);
  boundBytes = 0;
  /** Leaves: the run is the first of the tree, and what is below its bound belongs to it too. */
  isFirst = false;
  /** Leaves: the separator of the old leaf that is merged. */
  readonly oldBound = new Uint8Array(PAGE_KEY_BYTES_MAX);
  oldBoundBytes = 0;
  /** Leaves: the last key of the page before, in the same run of new pages. */
  readonly lastKey = new Uint8Array(PAGE_KEY_BYTES_MAX);
  lastKeyBytes = 0;
  /** False until a page of the run was made. */
  hasLastKey = false;

  constructor(level: number) {
    this.level = level;
  }

  /** True if what waits is too little for a page of its own. */
  get isUnderfull(): boolean {
    return this.staged.count > 0 && this.staged.size < JOIN_BYTES;
  }

  /** True if what waits is more than the two pages that an even split may need. */
  get isOverfull(): boolean {
    return this.staged.size > 2 * PAGE_BYTES;
  }

  /** True if the first key that waits is below the bound. */
  get isBelowBound(): boolean {
    const { memory, keyAt, keyBytes } = this.staged;
    const key = memory.bytes.subarray(keyAt[0]!, keyAt[0]! + keyBytes[0]!);
    return Buffer.compare(key, this.bound.subarray(0, this.boundBytes)) < 0;
  }

  setBound(key: Uint8Array, from: number, bytes: number): void {
    this.bound.set(key.subarray(from, from + bytes));
    this.boundBytes = bytes;
    this.isFirst = false;
    this.hasLastKey = false;
  }
}
