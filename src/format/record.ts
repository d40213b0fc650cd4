// docs/format.md, "Record": [length u32][crc32 u32][data], 8-byte aligned. Judges the structure of
// a record whose checksum holds; the checksum itself is the reader's business.

import { COMMIT_SECTION_BYTES_MIN, decodeCommitSection } from './commit-section.js';
import {
  ERA_MAX,
  FLAG_ERA,
  flagsOf,
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_EPOCH_BARRIER,
  KIND_NO_OP,
  KIND_PUT,
  KIND_ROTATION_TRAILER,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  OPERATION_HEADER_BYTES,
  WORD_DURABLE,
  WORD_ERA,
  WORD_SEQUENCE,
  WORD_VALUE_BYTES,
} from './operation.js';
import { align8, UINT64_SAFE_HIGH } from './uint64.js';

export const RECORD_HEADER_BYTES = 8;
export const LENGTH_OFFSET = 0;
export const CRC_OFFSET = 4;
export const DATA_OFFSET = RECORD_HEADER_BYTES;
export const DATA_BYTES_MIN = OPERATION_HEADER_BYTES;
/** Largest data of a record; of a copied one, whose operations each got an era, half more. */
export const RECORD_BYTES_MAX = 67108864;
const COPIED_RECORD_BYTES_MAX = RECORD_BYTES_MAX + RECORD_BYTES_MAX / 2;
export const KEY_BYTES_MAX = 1024;
const FIXED_VALUE_BYTES = 8;
/** Bytes of a rotation trailer as a record; every segment keeps room for one. */
export const TRAILER_BYTES = RECORD_HEADER_BYTES + OPERATION_HEADER_BYTES + FIXED_VALUE_BYTES;
/** Bytes of a no-op as a record. */
export const NO_OP_BYTES = RECORD_HEADER_BYTES + OPERATION_HEADER_BYTES;

/** Bytes a record of `dataBytes` takes in a segment. */
export function recordBytes(dataBytes: number): number {
  return align8(RECORD_HEADER_BYTES + dataBytes);
}

/** A record kind that carries no operations of the user. */
export function isFixedKind(kind: number): boolean {
  return (
    kind === KIND_NO_OP ||
    kind === KIND_ROTATION_TRAILER ||
    kind === KIND_EPOCH_BARRIER ||
    kind === KIND_CHECKPOINT
  );
}

/** Bytes of an operation from its header to the end of its value, unpadded. */
export function operationBytes(word: number, valueBytes: number): number {
  return keyDistanceOf(word) + keyBytesOf(word) + valueBytes;
}

/**
 * True if the data of a record is well formed: known kind and flags, every length inside the data,
 * every reserved byte zero, every number in its range. `start` is the byte offset of the data in
 * `words`, a multiple of 8, and `dataBytes` its length; nothing outside of them is read.
 */
export function isWellFormed(words: Int32Array, start: number, dataBytes: number): boolean {
  if (!isHeadWellFormed(words, start, dataBytes)) return false;
  const word = words[start >>> 2]!;
  const kind = kindOf(word);
  if (kind <= KIND_DELETE || kind === KIND_NO_OP || kind === KIND_ENTRY) return true;
  if (kind === KIND_BATCH) return areOperationsSound(words, start, dataBytes);
  if (kind === KIND_COMMIT) {
    return isSectionSound(words, start, dataBytes) && areOperationsSound(words, start, dataBytes);
  }
  return isFixedValueSound(words, kind, (start + keyDistanceOf(word)) >>> 2);
}

/**
 * The part of isWellFormed that looks at the first header alone: whatever it says, it takes the
 * same short time. Bytes that are no record hardly ever pass it.
 */
export function isHeadWellFormed(words: Int32Array, start: number, dataBytes: number): boolean {
  if (dataBytes < DATA_BYTES_MIN) return false;
  const at = start >>> 2;
  const word = words[at]!;
  if (!isKnownHeader(word) || keyDistanceOf(word) > dataBytes) return false;
  const kind = kindOf(word);
  if (!isSequenceSound(words, at, kind)) return false;
  if ((flagsOf(word) & FLAG_ERA) === 0) {
    if (dataBytes > RECORD_BYTES_MAX) return false;
  } else if (dataBytes > COPIED_RECORD_BYTES_MAX || !isEraSound(words, at + WORD_ERA)) {
    return false;
  }
  const valueBytes = words[at + WORD_VALUE_BYTES]! >>> 0;
  if (kind === KIND_PUT || kind === KIND_DELETE) {
    return (
      isOperationSound(word, valueBytes, dataBytes) &&
      operationBytes(word, valueBytes) === dataBytes
    );
  }
  if (keyBytesOf(word) !== 0) return false;
  if (kind === KIND_BATCH || kind === KIND_COMMIT) {
    return valueBytes <= (dataBytes - keyDistanceOf(word)) / OPERATION_HEADER_BYTES;
  }
  if (operationBytes(word, valueBytes) !== dataBytes) return false;
  return kind === KIND_ENTRY || valueBytes === (kind === KIND_NO_OP ? 0 : FIXED_VALUE_BYTES);
}

/** Byte offset of the first operation of a batch or commit record whose data begins at `start`. */
export function firstOperation(words: Int32Array, start: number): number {
  const word = words[start >>> 2]!;
  const begin = start + keyDistanceOf(word);
  return kindOf(word) === KIND_COMMIT ? begin + (words[begin >>> 2]! >>> 0) : begin;
}

/** Byte offset of the operation after the one at `operation`. */
export function nextOperation(words: Int32Array, operation: number): number {
  const at = operation >>> 2;
  return align8(operation + operationBytes(words[at]!, words[at + 1]! >>> 0));
}

/** Writes the sequence of a batch or commit into each of its operations. */
export function stampOperations(words: Int32Array, start: number, sequence: number): void {
  const count = words[(start >>> 2) + WORD_VALUE_BYTES]!;
  let operation = firstOperation(words, start);
  for (let index = 0; index < count; index++) {
    words[(operation >>> 2) + WORD_SEQUENCE] = sequence;
    operation = nextOperation(words, operation);
  }
}

function isKnownHeader(word: number): boolean {
  const flags = flagsOf(word);
  const kind = kindOf(word);
  const extensions = (word >>> 4) & 15;
  return (
    (flags & ~FLAG_ERA) === 0 &&
    extensions === (flags & FLAG_ERA) &&
    ((kind >= KIND_PUT && kind <= KIND_ROTATION_TRAILER) || kind === KIND_ENTRY)
  );
}

/** What is durable came before; only the trailer of a sealed segment has no sequence. */
function isSequenceSound(words: Int32Array, at: number, kind: number): boolean {
  const sequence = words[at + WORD_SEQUENCE]! >>> 0;
  const durable = words[at + WORD_DURABLE]! >>> 0;
  if (sequence === 0) return kind === KIND_ROTATION_TRAILER && durable === 0;
  return durable < sequence;
}

function isEraSound(words: Int32Array, at: number): boolean {
  return words[at]! >>> 0 <= ERA_MAX && words[at + 1] === 0;
}

function isOperationSound(word: number, valueBytes: number, room: number): boolean {
  const kind = kindOf(word);
  if (kind !== KIND_PUT && kind !== KIND_DELETE) return false;
  if (kind === KIND_DELETE && valueBytes !== 0) return false;
  return keyBytesOf(word) <= KEY_BYTES_MAX && operationBytes(word, valueBytes) <= room;
}

function isFixedValueSound(words: Int32Array, kind: number, at: number): boolean {
  const low = words[at]!;
  const high = words[at + 1]!;
  if (kind === KIND_CHECKPOINT) return high >>> 0 < UINT64_SAFE_HIGH;
  return high === 0 && (kind !== KIND_ROTATION_TRAILER || low !== 0);
}

/** The section of a commit record is inside the data and states something. */
function isSectionSound(words: Int32Array, start: number, dataBytes: number): boolean {
  const sectionStart = start + keyDistanceOf(words[start >>> 2]!);
  const room = start + dataBytes - sectionStart;
  if (room < COMMIT_SECTION_BYTES_MIN) return false;
  const sectionBytes = words[sectionStart >>> 2]! >>> 0;
  if (sectionBytes % 8 !== 0 || sectionBytes > room) return false;
  const section = new Uint8Array(words.buffer, words.byteOffset + sectionStart, sectionBytes);
  return decodeCommitSection(section) !== undefined;
}

/** The operations of a batch or commit fill the data, each like its record, with zeros between. */
function areOperationsSound(words: Int32Array, start: number, dataBytes: number): boolean {
  const end = start + dataBytes;
  const count = words[(start >>> 2) + WORD_VALUE_BYTES]! >>> 0;
  let operation = firstOperation(words, start);
  let last = operation;
  for (let index = 0; index < count; index++) {
    const room = end - operation;
    if (room < OPERATION_HEADER_BYTES || !isPaddingZero(words, last, operation)) return false;
    if (!isLikeItsRecord(words, start >>> 2, operation >>> 2, room)) return false;
    const word = words[operation >>> 2]!;
    const valueBytes = words[(operation >>> 2) + WORD_VALUE_BYTES]! >>> 0;
    if (!isOperationSound(word, valueBytes, room)) return false;
    last = operation + operationBytes(word, valueBytes);
    operation = align8(last);
  }
  return last === end;
}

/** Same sequence, same extensions, no durable sequence of its own. */
function isLikeItsRecord(words: Int32Array, head: number, at: number, room: number): boolean {
  const word = words[at]!;
  if (!isKnownHeader(word) || keyDistanceOf(word) > room) return false;
  if (flagsOf(word) !== flagsOf(words[head]!)) return false;
  if (words[at + WORD_SEQUENCE] !== words[head + WORD_SEQUENCE]) return false;
  if (words[at + WORD_DURABLE] !== 0) return false;
  if ((flagsOf(word) & FLAG_ERA) === 0) return true;
  return words[at + WORD_ERA] === words[head + WORD_ERA] && words[at + WORD_ERA + 1] === 0;
}

/** Bytes [from, to) are zero; `to` is the next multiple of 8. */
function isPaddingZero(words: Int32Array, from: number, to: number): boolean {
  if (from === to) return true;
  const at = from >>> 2;
  if (words[at]! >>> ((from & 3) << 3) !== 0) return false;
  return (at & 1) === 1 || words[at + 1] === 0;
}
