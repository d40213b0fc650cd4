// The newest operation of every key among records that come in any order, and the newest commit.
// Newest is what has the largest sequence, era first; of one record the later operation.

import { scratchLocation } from '../control/pool.js';
import type { CommitFacts } from '../format/commit-section.js';
import { decodeCommitSection } from '../format/commit-section.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_BATCH,
  KIND_COMMIT,
  KIND_DELETE,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  WORD_ERA,
  WORD_SEQUENCE,
} from '../format/operation.js';
import { firstOperation, nextOperation } from '../format/record.js';
import { writeSearchKey } from '../memtable/key-compare.js';
import type { CopySink } from './copy-sink.js';
import type { LogMemory } from './log-memory.js';

/** Where records lie: two views over the same memory. */
export interface RecordMemory {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

export class NewestOperations {
  readonly #log: LogMemory;
  readonly #copy: CopySink;
  readonly #scratch = scratchLocation(0);
  /** Header and section of the newest commit record, its era and its full sequence. */
  #commit: { words: Int32Array; era: number; sequence: number } | undefined;

  /** Operations go into `log` through `copy`. */
  constructor(log: LogMemory, copy: CopySink) {
    this.#log = log;
    this.#copy = copy;
  }

  /**
   * Takes a record whose data begins at `data`; `era` is that of one that states none. Throws
   * STORE_FULL if memory ends.
   */
  take(memory: RecordMemory, data: number, era: number): void {
    const { words } = memory;
    const kind = kindOf(words[data >>> 2]!);
    if (kind <= KIND_DELETE) {
      this.#consider(memory, data, era);
      return;
    }
    if (kind !== KIND_BATCH && kind !== KIND_COMMIT) return;
    if (kind === KIND_COMMIT) this.#noteCommit(words, data, era);
    let operation = firstOperation(words, data);
    for (let left = words[(data >>> 2) + 1]!; left > 0; left--) {
      this.#consider(memory, operation, era);
      operation = nextOperation(words, operation);
    }
  }

  /** What the newest commit states. Copies it; to be called once, after the last record. */
  finish(): CommitFacts | undefined {
    if (this.#commit === undefined) return undefined;
    const { words, era } = this.#commit;
    this.#copy.copyCommitFacts(words, 0, era);
    const start = keyDistanceOf(words[0]!);
    return decodeCommitSection(new Uint8Array(words.buffer, start, words[start >>> 2]!));
  }

  #consider(memory: RecordMemory, operation: number, era: number): void {
    const { words, bytes } = memory;
    const word = words[operation >>> 2]!;
    const keyStart = operation + keyDistanceOf(word);
    const pool = this.#log.memory;
    writeSearchKey(pool, this.#scratch, bytes.subarray(keyStart, keyStart + keyBytesOf(word)));
    const known = this.#log.memtable.find(this.#scratch);
    if (known !== 0) {
      const isOlder = sequenceAt(words, operation, era) < sequenceAt(pool.words, known * 8, era);
      if (isOlder) return;
    }
    this.#copy.copyAlone(words, operation, era);
  }

  #noteCommit(words: Int32Array, data: number, era: number): void {
    const sequence = sequenceAt(words, data, era);
    if (this.#commit !== undefined && this.#commit.sequence > sequence) return;
    const section = data + keyDistanceOf(words[data >>> 2]!);
    const end = (section >>> 2) + (words[section >>> 2]! >>> 2);
    this.#commit = { words: words.slice(data >>> 2, end), era, sequence };
  }
}

/** Full sequence of the operation at a byte offset. */
function sequenceAt(words: Int32Array, operation: number, era: number): number {
  const at = operation >>> 2;
  const hasEra = (flagsOf(words[at]!) & FLAG_ERA) !== 0;
  const ownEra = hasEra ? words[at + WORD_ERA]! >>> 0 : era;
  return ownEra * 2 ** 32 + (words[at + WORD_SEQUENCE]! >>> 0);
}
