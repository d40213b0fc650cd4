// docs/format.md, "Page": whether the fields of a page agree with each other, so that nothing that
// reads it looks beyond it. Order of keys and what pointers lead to are for whoever walks the tree.

import { ERA_MAX } from './operation.js';
import {
  BODY_FLAGS,
  BODY_FRAME,
  bodyAt,
  bodyBytesOf,
  CHILD_BODY_BYTES,
  CHILD_PAGE,
  countOf,
  ENTRY_EXPIRES,
  ENTRY_POINTS,
  endOf,
  entryAt,
  eraOf,
  FRAMES_MAX,
  framesOf,
  INLINE_BODY_BYTES,
  LEVEL_MAX,
  levelOf,
  PAGE_BYTES,
  PAGE_KEY_BYTES_MAX,
  pageBytes,
  pageNumberOf,
  prefixBytesOf,
  prefixOffset,
  reservedOf,
  SUFFIX_BYTES,
  TREE_CATALOGUE,
  TREE_DATA,
  treeOf,
} from './tree-page.js';

const FLAGS = ENTRY_EXPIRES | ENTRY_POINTS;

/** What is wrong with the page at byte `at`, undefined if it is well formed. */
export function pageProblem(bytes: Uint8Array, view: DataView, at: number): string | undefined {
  const tree = treeOf(bytes, at);
  const level = levelOf(bytes, at);
  const count = countOf(view, at);
  const frames = framesOf(view, at);
  const prefixBytes = prefixBytesOf(view, at);
  const end = endOf(view, at);
  if (tree !== TREE_DATA && tree !== TREE_CATALOGUE) return `tree ${tree} is unknown`;
  if (level > LEVEL_MAX) return `level ${level} is too high`;
  if (pageNumberOf(view, at) === 0) return 'its number is 0';
  if (reservedOf(view, at) !== 0) return 'reserved bytes are not zero';
  if (count === 0) return 'it has no entries';
  if (frames > FRAMES_MAX || (level > 0 && frames > 0)) return `it has ${frames} frames`;
  if (prefixBytes > PAGE_KEY_BYTES_MAX) return `its prefix has ${prefixBytes} bytes`;
  if (end > PAGE_BYTES || pageBytes(count, frames, prefixBytes, 0) > end) {
    return `${count} entries, ${frames} frames and the prefix do not fit`;
  }
  let expected = at + prefixOffset(count, frames) + prefixBytes;
  for (let index = 0; index < count; index++) {
    const entry = entryAt(view, at, count, index);
    if (entry !== expected) return `entry ${index} is not behind the one before`;
    const limit = at + end;
    const bodyBytes = entryBodyBytes(view, entry, limit, level);
    if (bodyBytes < 0) return `entry ${index} does not end in the page`;
    if (prefixBytes + view.getUint16(entry, true) > PAGE_KEY_BYTES_MAX) {
      return `the key of entry ${index} is too long`;
    }
    const body = bodyAt(view, entry);
    const isSound = level === 0 ? isLeafSound(view, body, frames) : isChildSound(view, body);
    if (!isSound) return `entry ${index} is malformed`;
    expected = body + bodyBytes;
  }
  return expected === at + end ? undefined : 'its entries do not end where it says';
}

/** Bytes of an entry's body, -1 if it does not end before `limit`. */
function entryBodyBytes(view: DataView, entry: number, limit: number, level: number): number {
  if (entry + SUFFIX_BYTES > limit) return -1;
  const body = bodyAt(view, entry);
  const bytesMin = level === 0 ? INLINE_BODY_BYTES : CHILD_BODY_BYTES;
  if (body + bytesMin > limit) return -1;
  const bytes = bodyBytesOf(view, body, level);
  return body + bytes > limit ? -1 : bytes;
}

function isLeafSound(view: DataView, body: number, frames: number): boolean {
  const flags = view.getUint8(body + BODY_FLAGS);
  if ((flags & ~FLAGS) !== 0 || eraOf(view, body) > ERA_MAX) return false;
  const frame = view.getUint8(body + BODY_FRAME);
  return (flags & ENTRY_POINTS) === 0 ? frame === 0 : frame < frames;
}

function isChildSound(view: DataView, body: number): boolean {
  return view.getUint32(body + CHILD_PAGE, true) !== 0;
}
