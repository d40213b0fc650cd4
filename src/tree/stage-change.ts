// A put as an entry of a leaf: its key, and its body as docs/format.md, "Page", lays it out.

import type { PoolMemory } from '../control/pool.js';
import {
  BODY_ERA,
  BODY_FLAGS,
  BODY_FRAME,
  BODY_RECORD,
  BODY_SEQUENCE,
  BODY_VALUE_BYTES,
  ENTRY_POINTS,
  INLINE_BODY_BYTES,
  POINTER_BODY_BYTES,
} from '../format/tree-page.js';
import type { ChangeList } from './change-list.js';
import { copyShort } from './page-search.js';
import type { StagedEntries } from './staged-entries.js';

/** Adds the put at `index` of a list of changes to staged entries. */
export function stageChange(staged: StagedEntries, changes: ChangeList, index: number): void {
  const keyBytes = changes.keyBytesOf(index);
  const key = changes.keyAt(index);
  copyShort(changes.memory.bytes, key, staged.memory.bytes, staged.nextKeyAt, keyBytes);
  const body = staged.add(keyBytes, changeBodyBytes(changes, index));
  writeChangeBody(staged.memory, body, changes, index);
  const file = changes.files[index]!;
  if (file === 0) return;
  const { offsets, frameBytes, checksums } = changes;
  staged.setFrame(file, offsets[index]!, frameBytes[index]!, checksums[index]!);
}

/** Length of the body of the entry that a put becomes. */
export function changeBodyBytes(changes: ChangeList, index: number): number {
  if (changes.files[index] !== 0) return POINTER_BODY_BYTES;
  return INLINE_BODY_BYTES + changes.valueBytesOf(index);
}

/** Writes that body to byte `body` of `target`; the index of its frame is zero. */
export function writeChangeBody(
  target: PoolMemory,
  body: number,
  changes: ChangeList,
  index: number,
): void {
  const { view, bytes } = target;
  const { memory } = changes;
  const isPointer = changes.files[index] !== 0;
  const era = changes.eraOf(index);
  const valueBytes = changes.valueBytesOf(index);
  view.setUint8(body + BODY_FLAGS, isPointer ? ENTRY_POINTS : 0);
  view.setUint8(body + BODY_FRAME, 0);
  view.setUint8(body + BODY_RECORD, isPointer ? changes.records[index]! : 0);
  view.setUint16(body + BODY_ERA, era & 0xffff, true);
  view.setUint8(body + BODY_ERA + 2, era >>> 16);
  view.setInt32(body + BODY_SEQUENCE, changes.sequenceOf(index), true);
  if (isPointer) {
    view.setUint32(body + BODY_VALUE_BYTES, valueBytes, true);
    return;
  }
  view.setUint16(body + BODY_VALUE_BYTES, valueBytes, true);
  const value = changes.keyAt(index) + changes.keyBytesOf(index);
  copyShort(memory.bytes, value, bytes, body + INLINE_BODY_BYTES, valueBytes);
}
