// docs/format.md, "Operation": the header that begins the data of every record and every operation
// inside a batch. Constants and pure accessors only, over little-endian words, 8-byte aligned.

export const OPERATION_HEADER_BYTES = 16;
export const EXTENSION_BYTES = 8;

export const KIND_PUT = 1;
export const KIND_DELETE = 2;
export const KIND_BATCH = 3;
export const KIND_COMMIT = 4;
export const KIND_EPOCH_BARRIER = 5;
export const KIND_CHECKPOINT = 6;
export const KIND_NO_OP = 7;
export const KIND_ROTATION_TRAILER = 8;
/** Reserved: a batch too large for a segment, kept in the value log. */
export const KIND_OVERSIZE_BATCH = 9;
/** Bytes of a log's user. */
export const KIND_ENTRY = 10;

/** The era of the sequence stands in an extension; without it, it is the store's current era. */
export const FLAG_ERA = 1;
/** Largest era: era * 2^32 + low half of a sequence stays a safe integer. */
export const ERA_MAX = 2097151;
/** Reserved: expiry in milliseconds. */
export const FLAG_EXPIRY = 2;
/** Reserved: sublevel number. */
export const FLAG_SUBLEVEL = 4;
/** Reserved: the value is a value pointer. */
export const FLAG_POINTER = 16;
/** Reserved: the value is a chunk table. */
export const FLAG_CHUNKED = 32;

/** Words of an operation header, counted from its first. */
export const WORD_KIND = 0;
export const WORD_VALUE_BYTES = 1;
export const WORD_SEQUENCE = 2;
export const WORD_DURABLE = 3;
export const WORD_ERA = 4;

/** The first word of an operation header. */
export function kindWord(kind: number, flags: number, keyBytes: number): number {
  const extensions = flags & FLAG_ERA;
  return kind | (extensions << 4) | (flags << 8) | (keyBytes << 16);
}

export function kindOf(word: number): number {
  return word & 15;
}

export function flagsOf(word: number): number {
  return (word >>> 8) & 255;
}

export function keyBytesOf(word: number): number {
  return word >>> 16;
}

/** Bytes from the start of an operation to its key: header and extensions. */
export function keyDistanceOf(word: number): number {
  return OPERATION_HEADER_BYTES + ((word & 0xf0) >>> 1);
}
