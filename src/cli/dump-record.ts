// One record of a segment as facts: what it is, its sequence, its operations with their keys. Works
// on a record that the reader has found valid; keys may still be no keys of the encoding asked for.

import { isLaneError } from '../errors.js';
import { decodeCommitSection } from '../format/commit-section.js';
import {
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_NO_OP,
  KIND_PUT,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
} from '../format/operation.js';
import { firstOperation, nextOperation, recordBytes } from '../format/record.js';
import type { KeyCodec, KeyEncoding, KeyMemory } from '../keys/key.js';
import { keyCodec } from '../keys/key-codec.js';
import type { SegmentBytes, WalReader } from '../wal/wal-reader.js';
import { kindName } from './annotate.js';
import type { EntryFacts, OperationFact, RecordFact, ShownKey } from './dump-facts.js';
import { hexOf, toJsonForm } from './json-form.js';

const WORD = 4294967296;

/** Makes facts of the records of one segment. */
export class RecordFacts {
  readonly #segment: SegmentBytes;
  readonly #lane: number;
  /** Era of records that state none. */
  readonly #era: number;
  readonly #codec: KeyCodec<unknown>;
  readonly #memory: KeyMemory;

  constructor(segment: SegmentBytes, lane: number, era: number, encoding: KeyEncoding) {
    this.#segment = segment;
    this.#lane = lane;
    this.#era = era;
    this.#codec = keyCodec(encoding);
    const { bytes, words } = segment;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#memory = { bytes, words, buffer };
  }

  /** Full sequence of the record that the reader stands on; 0 for one that takes none. */
  sequenceOf(reader: WalReader): number {
    if (reader.sequence === 0) return 0;
    return (reader.era ?? this.#era) * WORD + reader.sequence;
  }

  /** The record that the reader stands on. */
  record(reader: WalReader, hasRaw: boolean): RecordFact {
    const { offset, dataBytes, kind, data } = reader;
    const bytes = recordBytes(dataBytes);
    const start = this.#segment.start + offset;
    const slice = this.#segment.bytes.subarray(start, start + bytes);
    return {
      fact: 'record',
      offset,
      lane: this.#lane,
      sequence: this.sequenceOf(reader),
      low: reader.sequence,
      era: reader.era ?? this.#era,
      durable: reader.durable,
      type: kindName(kind),
      recordBytes: bytes,
      ...this.#content(kind, data),
      ...(hasRaw ? { raw: { structure: 'record', offset, bytes: slice } as const } : {}),
    };
  }

  /** The operations inside a batch or commit. */
  *operations(reader: WalReader): Generator<OperationFact> {
    const { kind, data } = reader;
    if (kind !== KIND_BATCH && kind !== KIND_COMMIT) return;
    const { words, start } = this.#segment;
    const sequence = this.sequenceOf(reader);
    let operation = firstOperation(words, data);
    for (let left = words[(data >>> 2) + 1]! >>> 0; left > 0; left--) {
      const type = kindName(kindOf(words[operation >>> 2]!));
      const offset = operation - start;
      yield { fact: 'operation', offset, sequence, type, entry: this.#entry(operation) };
      operation = nextOperation(words, operation);
    }
  }

  #content(kind: number, data: number): Partial<RecordFact> {
    const { words, bytes } = this.#segment;
    const count = words[(data >>> 2) + 1]! >>> 0;
    const body = data + keyDistanceOf(words[data >>> 2]!);
    switch (kind) {
      case KIND_PUT:
      case KIND_DELETE:
        return { entry: this.#entry(data) };
      case KIND_BATCH:
        return { operations: count };
      case KIND_COMMIT: {
        const commit = decodeCommitSection(bytes.slice(body, firstOperation(words, data)));
        return { operations: count, ...(commit === undefined ? {} : { commit }) };
      }
      case KIND_NO_OP:
        return {};
      case KIND_ENTRY:
        return { valueBytes: count };
      default: {
        const high = kind === KIND_CHECKPOINT ? words[(body >>> 2) + 1]! >>> 0 : 0;
        return { number: high * WORD + (words[body >>> 2]! >>> 0) };
      }
    }
  }

  #entry(operation: number): EntryFacts {
    const { words } = this.#segment;
    const word = words[operation >>> 2]!;
    const start = operation + keyDistanceOf(word);
    const keyBytes = keyBytesOf(word);
    const valueBytes = words[(operation >>> 2) + 1]! >>> 0;
    return { ...this.#key(start, start + keyBytes), keyBytes, valueBytes };
  }

  #key(start: number, end: number): ShownKey {
    try {
      return { key: toJsonForm(this.#codec.decode(this.#memory, start, end)) };
    } catch (error) {
      if (!isLaneError(error, 'CORRUPT')) throw error;
      return { keyHex: hexOf(this.#segment.bytes.subarray(start, end)) };
    }
  }
}
