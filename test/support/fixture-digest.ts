// What a store holds by the records that recovery accepts, as a digest: their operations applied in
// order to a map of bytes. Knows nothing of memtables, so it agrees with them only if both are right.

import { createHash } from 'node:crypto';

import {
  KIND_BATCH,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_PUT,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
} from '../../src/format/operation.js';
import { firstOperation, nextOperation } from '../../src/format/record.js';
import type { LaneStream } from '../../src/recovery/lane-stream.js';
import type { RecoverySink } from '../../src/recovery/recover.js';
import { hexOf } from './record-codec.js';

export interface EntryDigest {
  count: number;
  /** SHA-256 over `key value` lines in hex, sorted. */
  sha256: string;
}

export class DigestSink implements RecoverySink {
  readonly #entries = new Map<string, string>();

  begin(): void {
    this.#entries.clear();
  }

  accept(stream: LaneStream): void {
    const { data, kind } = stream.reader;
    const { words } = stream.segment.contents;
    if (kind === KIND_PUT || kind === KIND_DELETE) this.#apply(stream, data);
    if (kind !== KIND_BATCH && kind !== KIND_COMMIT) return;
    let operation = firstOperation(words, data);
    for (let left = words[(data >>> 2) + 1]!; left > 0; left--) {
      this.#apply(stream, operation);
      operation = nextOperation(words, operation);
    }
  }

  digest(): EntryDigest {
    return digestOf(this.#entries);
  }

  #apply(stream: LaneStream, operation: number): void {
    const { words, bytes } = stream.segment.contents;
    const word = words[operation >>> 2]!;
    const keyStart = operation + keyDistanceOf(word);
    const keyEnd = keyStart + keyBytesOf(word);
    const valueEnd = keyEnd + words[(operation >>> 2) + 1]!;
    const key = hexOf(bytes.subarray(keyStart, keyEnd));
    if (kindOf(word) === KIND_DELETE) this.#entries.delete(key);
    else this.#entries.set(key, hexOf(bytes.subarray(keyEnd, valueEnd)));
  }
}

/** The digest of keys and values in hexadecimal digits. */
export function digestOf(entries: ReadonlyMap<string, string>): EntryDigest {
  const lines = [...entries].map(([key, value]) => `${key} ${value}\n`).sort();
  const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
  return { count: entries.size, sha256 };
}
