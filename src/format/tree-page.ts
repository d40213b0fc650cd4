// docs/format.md, "Page": 4,096 bytes of the tree. Constants and pure accessors over the memory
// that a page stands in; `at` is the byte offset of the page there, a multiple of 4.
//
// | header | heads | slots | frames | prefix | entries, in key order |

import { invariant } from '../invariant.js';

export const PAGE_BYTES = 4096;
export const PAGE_HEADER_BYTES = 32;

/** Values of the field tree. */
export const TREE_DATA = 1;
export const TREE_CATALOGUE = 2;

/** A page's number is a u32; page 0 holds the header of the file, and stands for "none". */
export const PAGE_NUMBER_MAX = 0xffffffff;
/** Levels that a tree can have: even with the fewest children a page more would not be numbered. */
export const LEVEL_MAX = 31;

export const CHECKSUM_OFFSET = 0;
const NUMBER_OFFSET = 4;
const MERGE_OFFSET = 8;
const TREE_OFFSET = 12;
const LEVEL_OFFSET = 13;
const COUNT_OFFSET = 14;
const PREFIX_OFFSET = 16;
const FRAMES_OFFSET = 18;
const END_OFFSET = 20;
const RESERVED_OFFSET = 22;
const EXPIRY_OFFSET = 24;
const RESERVED_TOO_OFFSET = 28;

/** Longest key that a page holds. */
export const PAGE_KEY_BYTES_MAX = 1024;

/** Bytes of a key that stand in its head. */
export const HEAD_BYTES = 4;
/** Head and slot of an entry. */
export const INDEX_BYTES = 6;
/** A frame in a leaf's table: file, offset / 8, bytes, checksum, u32 each. */
export const FRAME_BYTES = 16;
export const FRAMES_MAX = 256;

/**
 * An entry: number of key bytes after the prefix, u16; those that do not fit the head; its body.
 */
export const SUFFIX_BYTES = 2;

/** Body of an entry of a leaf, counted from its first byte. */
export const BODY_FLAGS = 0;
export const BODY_FRAME = 1;
export const BODY_RECORD = 2;
export const BODY_ERA = 3;
export const BODY_SEQUENCE = 6;
export const BODY_VALUE_BYTES = 10;
/** Length of the body of an entry with an inline value, but for expiry and value. */
export const INLINE_BODY_BYTES = 12;
/** Length of the body of an entry with a value pointer, but for the expiry. */
export const POINTER_BODY_BYTES = 14;
export const EXPIRY_BYTES = 6;

export const ENTRY_EXPIRES = 1;
export const ENTRY_POINTS = 2;

/** Longest value that an entry can hold itself. */
export const INLINE_BYTES_LIMIT = 1024;

/** Body of an entry of an inner page, counted from its first byte. */
export const CHILD_PAGE = 0;
export const CHILD_CHECKSUM = 4;
export const CHILD_EXPIRY = 8;
export const CHILD_BODY_BYTES = 12;

/** Flipped in big-endian key bytes, it makes them order as int32 as they do unsigned. */
export const HEAD_SIGN = -0x80000000;

export interface PageHeader {
  page: number;
  /** Number of the merge that made the page. */
  merge: number;
  tree: number;
  level: number;
  count: number;
  prefixBytes: number;
  frames: number;
  /** Offset in the page of the first byte after the entries. */
  end: number;
  /** Earliest expiry of an entry in or below the page, in seconds, rounded up; 0 = none. */
  expiry: number;
}

export function writePageHeader(view: DataView, at: number, header: PageHeader): void {
  invariant(header.page > 0 && header.end <= PAGE_BYTES, 'a page is sound before it is written');
  view.setUint32(at + NUMBER_OFFSET, header.page, true);
  view.setUint32(at + MERGE_OFFSET, header.merge, true);
  view.setUint8(at + TREE_OFFSET, header.tree);
  view.setUint8(at + LEVEL_OFFSET, header.level);
  view.setUint16(at + COUNT_OFFSET, header.count, true);
  view.setUint16(at + PREFIX_OFFSET, header.prefixBytes, true);
  view.setUint16(at + FRAMES_OFFSET, header.frames, true);
  view.setUint16(at + END_OFFSET, header.end, true);
  view.setUint16(at + RESERVED_OFFSET, 0, true);
  view.setUint32(at + EXPIRY_OFFSET, header.expiry, true);
  view.setUint32(at + RESERVED_TOO_OFFSET, 0, true);
}

export function pageNumberOf(view: DataView, at: number): number {
  return view.getUint32(at + NUMBER_OFFSET, true);
}

export function mergeOf(view: DataView, at: number): number {
  return view.getUint32(at + MERGE_OFFSET, true);
}

export function treeOf(bytes: Uint8Array, at: number): number {
  return bytes[at + TREE_OFFSET]!;
}

export function levelOf(bytes: Uint8Array, at: number): number {
  return bytes[at + LEVEL_OFFSET]!;
}

export function countOf(view: DataView, at: number): number {
  return view.getUint16(at + COUNT_OFFSET, true);
}

export function prefixBytesOf(view: DataView, at: number): number {
  return view.getUint16(at + PREFIX_OFFSET, true);
}

export function framesOf(view: DataView, at: number): number {
  return view.getUint16(at + FRAMES_OFFSET, true);
}

export function endOf(view: DataView, at: number): number {
  return view.getUint16(at + END_OFFSET, true);
}

export function expiryOf(view: DataView, at: number): number {
  return view.getUint32(at + EXPIRY_OFFSET, true);
}

/** Bytes of the header that are zero, as one number. */
export function reservedOf(view: DataView, at: number): number {
  return (
    view.getUint16(at + RESERVED_OFFSET, true) | view.getUint32(at + RESERVED_TOO_OFFSET, true)
  );
}

/** Offset of the slots in a page of `count` entries. */
export function slotsOffset(count: number): number {
  return PAGE_HEADER_BYTES + HEAD_BYTES * count;
}

/** Offset of the table of frames: behind the slots, at a multiple of 4. */
export function framesOffset(count: number): number {
  return (PAGE_HEADER_BYTES + INDEX_BYTES * count + 3) & -4;
}

/** Offset of the prefix. */
export function prefixOffset(count: number, frames: number): number {
  return framesOffset(count) + FRAME_BYTES * frames;
}

/** Byte offset of the entry at `index`, in the memory that the page stands in. */
export function entryAt(view: DataView, at: number, count: number, index: number): number {
  return at + view.getUint16(at + slotsOffset(count) + 2 * index, true);
}

/** Byte offset of the body of the entry at byte `entry`. */
export function bodyAt(view: DataView, entry: number): number {
  const suffix = view.getUint16(entry, true);
  return entry + SUFFIX_BYTES + (suffix > HEAD_BYTES ? suffix - HEAD_BYTES : 0);
}

/** Bytes of the body of an entry of a leaf, whose first byte is at `body`. */
export function leafBodyBytes(view: DataView, body: number): number {
  const flags = view.getUint8(body + BODY_FLAGS);
  const expiry = (flags & ENTRY_EXPIRES) === 0 ? 0 : EXPIRY_BYTES;
  if ((flags & ENTRY_POINTS) !== 0) return POINTER_BODY_BYTES + expiry;
  return INLINE_BODY_BYTES + expiry + view.getUint16(body + BODY_VALUE_BYTES, true);
}

/** Bytes of the body of any entry. */
export function bodyBytesOf(view: DataView, body: number, level: number): number {
  return level === 0 ? leafBodyBytes(view, body) : CHILD_BODY_BYTES;
}

/** Length of the value of an entry of a leaf. */
export function valueBytesOf(view: DataView, body: number): number {
  return hasFrame(view, body)
    ? view.getUint32(body + BODY_VALUE_BYTES, true)
    : view.getUint16(body + BODY_VALUE_BYTES, true);
}

/** Expiry of an entry of a leaf in milliseconds, 0 = none. */
export function expiryMsOf(view: DataView, body: number): number {
  const flags = view.getUint8(body + BODY_FLAGS);
  if ((flags & ENTRY_EXPIRES) === 0) return 0;
  const at = body + ((flags & ENTRY_POINTS) === 0 ? INLINE_BODY_BYTES : POINTER_BODY_BYTES);
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
}

/** When an entry of a leaf expires, in seconds, rounded up; 0 = never. */
export function expirySecondsOf(view: DataView, body: number): number {
  return Math.ceil(expiryMsOf(view, body) / 1000);
}

/** The earlier of two times of expiry, where 0 = never. */
export function earlierOf(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return Math.min(a, b);
}

/** True if the value of an entry of a leaf stands in a frame. */
export function hasFrame(view: DataView, body: number): boolean {
  return (view.getUint8(body + BODY_FLAGS) & ENTRY_POINTS) !== 0;
}

/** Byte offset, in the table of the leaf at byte `at`, of the frame that an entry's value is in. */
export function frameAt(view: DataView, at: number, body: number): number {
  const table = at + framesOffset(countOf(view, at));
  return table + FRAME_BYTES * view.getUint8(body + BODY_FRAME);
}

/** Full sequence of an entry of a leaf. */
export function versionOf(view: DataView, body: number): number {
  return eraOf(view, body) * 2 ** 32 + view.getUint32(body + BODY_SEQUENCE, true);
}

export function eraOf(view: DataView, body: number): number {
  return view.getUint16(body + BODY_ERA, true) + view.getUint8(body + BODY_ERA + 2) * 2 ** 16;
}

/** Bytes of a page that is laid out so, entries given by the sum of their lengths. */
export function pageBytes(
  count: number,
  frames: number,
  prefixBytes: number,
  entryBytes: number,
): number {
  return prefixOffset(count, frames) + prefixBytes + entryBytes;
}
