// Changes to the catalogue, collected by key and then given to a merge as the operations of a list.

import { privateMemory } from '../cache/private-memory.js';
import {
  KIND_DELETE,
  KIND_PUT,
  kindWord,
  OPERATION_HEADER_BYTES,
  WORD_SEQUENCE,
  WORD_VALUE_BYTES,
} from '../format/operation.js';
import { align8 } from '../format/uint64.js';
import { ChangeList } from '../tree/change-list.js';

interface Fact {
  key: Uint8Array;
  /** Undefined: the entry goes. */
  value: Uint8Array | undefined;
}

/** Locations begin here: none is 0. */
const FIRST_OPERATION = 8;

export class FactList {
  readonly #facts: Fact[] = [];

  get count(): number {
    return this.#facts.length;
  }

  /** Puts an entry, or takes it away. A key comes once. */
  set(key: Uint8Array, value: Uint8Array | undefined): void {
    this.#facts.push({ key, value });
  }

  /** The changes in the order of their keys; their versions are `merge`. */
  changes(merge: number): ChangeList {
    this.#facts.sort((a, b) => Buffer.compare(a.key, b.key));
    let bytes = FIRST_OPERATION;
    for (const fact of this.#facts) bytes += operationBytes(fact);
    const memory = privateMemory(bytes);
    const list = new ChangeList(memory, 0);
    let at = FIRST_OPERATION;
    for (const fact of this.#facts) {
      const { key, value } = fact;
      const kind = value === undefined ? KIND_DELETE : KIND_PUT;
      memory.words[at >>> 2] = kindWord(kind, 0, key.length);
      memory.words[(at >>> 2) + WORD_VALUE_BYTES] = value?.length ?? 0;
      memory.words[(at >>> 2) + WORD_SEQUENCE] = merge;
      memory.bytes.set(key, at + OPERATION_HEADER_BYTES);
      if (value !== undefined) memory.bytes.set(value, at + OPERATION_HEADER_BYTES + key.length);
      list.add(at >>> 3);
      at += operationBytes(fact);
    }
    return list;
  }
}

function operationBytes({ key, value }: Fact): number {
  return align8(OPERATION_HEADER_BYTES + key.length + (value?.length ?? 0));
}
