// docs/format.md, "Commit section": named offsets and a watermark inside a commit record.

import { invariant } from '../invariant.js';
import { viewOf } from './file-header.js';
import { align8, isZero, readInt64, readUint64, writeInt64, writeUint64 } from './uint64.js';

/** What a commit states: how far each named source was consumed, and an event-time watermark. */
export interface CommitFacts {
  offsets: Record<string, number>;
  watermark?: number;
}

export const COMMIT_OFFSETS_MAX = 1024;
export const COMMIT_NAME_BYTES_MAX = 1024;
const COUNT_OFFSET = 4;
const HAS_WATERMARK_OFFSET = COUNT_OFFSET + 4;
const RESERVED_OFFSET = HAS_WATERMARK_OFFSET + 4;
const WATERMARK_OFFSET = RESERVED_OFFSET + 4;
export const COMMIT_SECTION_BYTES_MIN = WATERMARK_OFFSET + 8;
const ENTRY_RESERVED_OFFSET = 4;
const ENTRY_VALUE_OFFSET = ENTRY_RESERVED_OFFSET + 4;
const ENTRY_BYTES = ENTRY_VALUE_OFFSET + 8;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** True if a source may have this name: its UTF-8 form gives the name back and is not too long. */
export function isCommitName(name: string): boolean {
  if (name.length > COMMIT_NAME_BYTES_MAX || LONE_SURROGATE.test(name)) return false;
  return new TextEncoder().encode(name).length <= COMMIT_NAME_BYTES_MAX;
}

/** The section as bytes, a multiple of 8. The caller has checked names, numbers and their count. */
export function encodeCommitSection(facts: CommitFacts): Uint8Array {
  const entries = Object.entries(facts.offsets).map(([name, offset]) => {
    invariant(isCommitName(name), 'the name of a source fits a commit');
    invariant(Number.isSafeInteger(offset) && offset >= 0, 'an offset is a safe integer >= 0');
    return { name: new TextEncoder().encode(name), offset };
  });
  invariant(
    entries.length <= COMMIT_OFFSETS_MAX,
    'a commit has at most COMMIT_OFFSETS_MAX offsets',
  );
  let total = COMMIT_SECTION_BYTES_MIN;
  for (const entry of entries) total += ENTRY_BYTES + align8(entry.name.length);
  const bytes = new Uint8Array(total);
  const view = viewOf(bytes);
  view.setUint32(0, total, true);
  view.setUint32(COUNT_OFFSET, entries.length, true);
  if (facts.watermark !== undefined) {
    invariant(Number.isSafeInteger(facts.watermark), 'a watermark is a safe integer');
    view.setUint32(HAS_WATERMARK_OFFSET, 1, true);
    writeInt64(view, WATERMARK_OFFSET, facts.watermark);
  }
  let at = COMMIT_SECTION_BYTES_MIN;
  for (const entry of entries) {
    view.setUint32(at, entry.name.length, true);
    writeUint64(view, at + ENTRY_VALUE_OFFSET, entry.offset);
    bytes.set(entry.name, at + ENTRY_BYTES);
    at += ENTRY_BYTES + align8(entry.name.length);
  }
  return bytes;
}

/** What the section in `bytes` states, or undefined if it is malformed. */
export function decodeCommitSection(bytes: Uint8Array): CommitFacts | undefined {
  if (bytes.length < COMMIT_SECTION_BYTES_MIN) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== bytes.length) return undefined;
  if (view.getUint32(RESERVED_OFFSET, true) !== 0) return undefined;
  const offsets = decodeOffsets(bytes, view);
  if (offsets === undefined) return undefined;
  const hasWatermark = view.getUint32(HAS_WATERMARK_OFFSET, true);
  if (hasWatermark === 0) {
    return isZero(bytes, WATERMARK_OFFSET, COMMIT_SECTION_BYTES_MIN) ? { offsets } : undefined;
  }
  const watermark = readInt64(view, WATERMARK_OFFSET);
  return hasWatermark === 1 && !Number.isNaN(watermark) ? { offsets, watermark } : undefined;
}

function decodeOffsets(bytes: Uint8Array, view: DataView): Record<string, number> | undefined {
  const count = view.getUint32(COUNT_OFFSET, true);
  if (count > COMMIT_OFFSETS_MAX) return undefined;
  const offsets: Record<string, number> = {};
  let at = COMMIT_SECTION_BYTES_MIN;
  for (let index = 0; index < count; index++) {
    if (bytes.length - at < ENTRY_BYTES) return undefined;
    const nameBytes = view.getUint32(at, true);
    if (nameBytes > COMMIT_NAME_BYTES_MAX) return undefined;
    const nameStart = at + ENTRY_BYTES;
    const nameEnd = nameStart + nameBytes;
    const next = nameStart + align8(nameBytes);
    if (next > bytes.length || !isZero(bytes, nameEnd, next)) return undefined;
    const name = decodeName(bytes.slice(nameStart, nameEnd));
    const offset = readUint64(view, at + ENTRY_VALUE_OFFSET);
    if (name === undefined || Object.hasOwn(offsets, name)) return undefined;
    if (Number.isNaN(offset) || view.getUint32(at + ENTRY_RESERVED_OFFSET, true) !== 0) {
      return undefined;
    }
    // Not an assignment: a source may be called __proto__.
    Object.defineProperty(offsets, name, {
      value: offset,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    at = next;
  }
  return at === bytes.length ? offsets : undefined;
}

/** The name, or undefined if its bytes are not UTF-8. */
function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
