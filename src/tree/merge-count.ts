// What a merge adds and takes away, counted exactly: keys, and bytes of values by file. The same
// length is added when an entry comes to point to a value and taken away when it does no longer.

import type { PoolMemory } from '../control/pool.js';
import { bodyAt, countOf, entryAt, frameAt, hasFrame, valueBytesOf } from '../format/tree-page.js';
import type { ChangeList } from './change-list.js';

export class MergeCount {
  /** Bytes of values by file: those that are pointed to now, less those that no longer are. */
  readonly liveBytes = new Map<number, number>();
  keysAdded = 0;
  keysRemoved = 0;

  /** The entry at `index` of the leaf at byte `at` is no longer there. */
  drop({ view }: PoolMemory, at: number, index: number): void {
    const count = countOf(view, at);
    const body = bodyAt(view, entryAt(view, at, count, index));
    this.keysRemoved++;
    if (!hasFrame(view, body)) return;
    this.#add(view.getUint32(frameAt(view, at, body), true), -valueBytesOf(view, body));
  }

  /** The puts among changes [from, to) are entries now. */
  put(changes: ChangeList, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      if (changes.isDelete(index)) continue;
      this.keysAdded++;
      const file = changes.files[index]!;
      if (file !== 0) this.#add(file >>> 0, changes.valueBytesOf(index));
    }
  }

  #add(file: number, bytes: number): void {
    this.liveBytes.set(file, (this.liveBytes.get(file) ?? 0) + bytes);
  }
}
