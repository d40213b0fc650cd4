// What a log does with a record on its way: operations of a batch get its sequence, and a segment
// that is left is noted with its place. Nothing is indexed.
// Owner: the log's thread, under the lane's lock.

import { ERA, NEXT_SEQUENCE } from '../control/control-block.js';
import { stampOperations } from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { LogStart } from '../recovery/log-cursor.js';
import type { RecordHook } from '../wal/lane-writer.js';
import type { LogContext } from '../wal/segment-spec.js';

const ERA_STEP = 4294967296;
/** Own records kept before the durable ones are dropped. */
const OWN_MAX = 64;

export class LogHook implements RecordHook {
  readonly #context: LogContext;
  readonly #places: LogStart[];
  readonly #epoch: () => number;
  /** Low halves of the log's own records, ascending: not counted as entries. */
  #own: number[] = [];

  constructor(context: LogContext, places: LogStart[], epoch: () => number) {
    this.#context = context;
    this.#places = places;
    this.#epoch = epoch;
  }

  stamp(data: number, sequence: number): void {
    stampOperations(this.#context.memory.words, data, sequence);
  }

  insert(): void {}

  rotate(end: number, next: number): void {
    const { words } = this.#context.control;
    const low = words[NEXT_SEQUENCE]! >>> 0;
    this.noteOwn(low - 1);
    const last = this.#places.at(-1)!;
    this.#places.push({
      generation: next,
      position: last.position + end - SEGMENT_HEADER_BYTES,
      sequence: (words[ERA]! >>> 0) * ERA_STEP + low,
      epoch: this.#epoch(),
    });
  }

  /** Notes a record of the log's own. */
  noteOwn(low: number): void {
    this.#own.push(low);
  }

  /** How many of them have a sequence above `durable`. */
  ownAfter(durable: number): number {
    if (this.#own.length > OWN_MAX) this.#own = this.#own.filter((low) => low > durable);
    let count = 0;
    for (const low of this.#own) if (low > durable) count++;
    return count;
  }
}
