// What happens to the operations of a record on its way: they get their sequence, and become
// findable.
// Owner: the lane's thread, under the lane's lock.

import type { ControlBlock } from '../control/control-block.js';
import { LANE_LAST_COMMIT } from '../control/control-block.js';
import { KIND_BATCH, KIND_COMMIT, kindOf } from '../format/operation.js';
import { firstOperation, nextOperation, stampOperations } from '../format/record.js';
import type { Memtable } from '../memtable/memtable.js';
import type { RecordHook } from '../wal/lane-writer.js';

export class LaneHook implements RecordHook {
  readonly #memtable: Memtable;
  readonly #words: Int32Array;
  readonly #control: Int32Array;
  readonly #lastCommit: number;

  constructor(control: ControlBlock, lane: number, memtable: Memtable) {
    this.#memtable = memtable;
    this.#words = memtable.memory.words;
    this.#control = control.words;
    this.#lastCommit = control.laneStart(lane) + LANE_LAST_COMMIT;
  }

  stamp(data: number, sequence: number): void {
    stampOperations(this.#words, data, sequence);
  }

  insert(data: number): void {
    const words = this.#words;
    const kind = kindOf(words[data >>> 2]!);
    if (kind < KIND_BATCH) {
      this.#memtable.insert(data >>> 3);
      return;
    }
    if (kind > KIND_COMMIT) return;
    if (kind === KIND_COMMIT) this.#control[this.#lastCommit] = data >>> 3;
    const count = words[(data >>> 2) + 1]!;
    let operation = firstOperation(words, data);
    for (let index = 0; index < count; index++) {
      this.#memtable.insert(operation >>> 3);
      operation = nextOperation(words, operation);
    }
  }
}

/** Operations that a record's data holds, for the memtable's reservation. */
export function operationsIn(words: Int32Array, data: number): number {
  const kind = kindOf(words[data >>> 2]!);
  if (kind < KIND_BATCH) return 1;
  return kind > KIND_COMMIT ? 0 : words[(data >>> 2) + 1]!;
}
