// A leaf with a few changes, made by copying the runs of entries between them: what a merge does
// most often in a large tree, at a small part of the cost of taking every entry apart. The prefix
// stays as it was, so keys that do not share it, like pages that would not fit, are for the
// builder.

import type { PoolMemory } from '../control/pool.js';
import {
  BODY_FRAME,
  bodyAt,
  countOf,
  earlierOf,
  endOf,
  entryAt,
  expirySecondsOf,
  FRAME_BYTES,
  FRAMES_MAX,
  framesOf,
  framesOffset,
  hasFrame,
  leafBodyBytes,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  pageBytes,
  prefixBytesOf,
  prefixOffset,
  SUFFIX_BYTES,
  slotsOffset,
  writePageHeader,
} from '../format/tree-page.js';
import type { ChangeList } from './change-list.js';
import type { PageIdentity } from './page-layout.js';
import { compareBytes, copyShort, headOf } from './page-search.js';
import { changeBodyBytes, writeChangeBody } from './stage-change.js';
import { tailBytes } from './staged-entries.js';

/** The changes to one leaf: those of a list from `from` to `to`, and where each one belongs. */
export interface LeafChanges {
  changes: ChangeList;
  from: number;
  to: number;
  /** Of each change, from 0 on: what searchPage() found. */
  positions: Int32Array;
}

/** A leaf at byte `at` of `page`, and what changes in it. */
export interface LeafSource {
  page: PoolMemory;
  at: number;
  given: LeafChanges;
}

export class LeafPatch {
  /** How many entries name a frame; of frames of the old page only. */
  readonly #uses = new Int32Array(FRAMES_MAX);
  /** Indexes of frames that no entry names any more. */
  readonly #unused = new Int32Array(FRAMES_MAX);
  /** Index of each change's frame. */
  readonly #frameIndex = new Int32Array(FRAMES_MAX);
  #count = 0;
  #frames = 0;
  #end = 0;

  /** Bytes of the page that the leaf becomes; 0 if it cannot be made this way. */
  plan(source: LeafSource): number {
    const { page, at, given } = source;
    const { view } = page;
    const count = countOf(view, at);
    const prefixBytes = prefixBytesOf(view, at);
    if (given.to - given.from > FRAMES_MAX) return 0;
    let newCount = count;
    let entryBytes = endOf(view, at) - prefixOffset(count, framesOf(view, at)) - prefixBytes;
    for (let index = given.from; index < given.to; index++) {
      const position = given.positions[index - given.from]!;
      if (position < 0) {
        entryBytes -= entryBytesAt(view, at, count, ~position);
        newCount--;
      }
      if (given.changes.isDelete(index)) continue;
      if (!hasPrefix(page, at, given.changes, index)) return 0;
      entryBytes += SUFFIX_BYTES + tailBytes(given.changes.keyBytesOf(index), prefixBytes);
      entryBytes += changeBodyBytes(given.changes, index);
      newCount++;
    }
    if (newCount === 0 || !this.#planFrames(source)) return 0;
    const bytes = pageBytes(newCount, this.#frames, prefixBytes, entryBytes);
    if (bytes > PAGE_BYTES) return 0;
    this.#count = newCount;
    return bytes;
  }

  /**
   * Writes the page that plan() measured to byte `to` of `target`: everything but its checksum.
   * Returns its earliest expiry, in seconds.
   */
  write(source: LeafSource, target: PoolMemory, to: number, identity: PageIdentity): number {
    const { page, at, given } = source;
    const { view, bytes } = target;
    const oldCount = countOf(page.view, at);
    const prefixBytes = prefixBytesOf(page.view, at);
    const count = this.#count;
    const prefix = to + prefixOffset(count, this.#frames);
    const oldPrefix = at + prefixOffset(oldCount, framesOf(page.view, at));
    if ((count & 1) !== 0) view.setUint16(to + slotsOffset(count) + 2 * count, 0, true);
    copyShort(page.bytes, oldPrefix, bytes, prefix, prefixBytes);
    this.#writeFrames(source, target, to);
    this.#end = prefix + prefixBytes;
    let taken = 0;
    let made = 0;
    for (let index = given.from; index < given.to; index++) {
      const found = given.positions[index - given.from]!;
      const position = found < 0 ? ~found : found;
      this.#copyRun(source, { from: taken, to: position, made }, target, to);
      made += position - taken;
      taken = found < 0 ? position + 1 : position;
      if (given.changes.isDelete(index)) continue;
      this.#writeChange(source, { index, made, prefixBytes }, target, to);
      made++;
    }
    this.#copyRun(source, { from: taken, to: oldCount, made }, target, to);
    bytes.fill(0, this.#end, to + PAGE_BYTES);
    const expiry = earliestExpiry(target, to, count);
    const { page: number, merge, tree, level } = identity;
    const [frames, end] = [this.#frames, this.#end - to];
    writePageHeader(view, to, {
      page: number,
      merge,
      tree,
      level,
      count,
      prefixBytes,
      frames,
      end,
      expiry,
    });
    return expiry;
  }

  /** Copies entries [from, to) of the old leaf; they become those from `made` on. */
  #copyRun(
    { page, at }: LeafSource,
    run: { from: number; to: number; made: number },
    target: PoolMemory,
    to: number,
  ): void {
    if (run.from === run.to) return;
    const { view } = page;
    const oldCount = countOf(view, at);
    const start = entryAt(view, at, oldCount, run.from);
    const end = run.to === oldCount ? at + endOf(view, at) : entryAt(view, at, oldCount, run.to);
    target.bytes.set(page.bytes.subarray(start, end), this.#end);
    const shift = this.#end - to - (start - at);
    this.#end += end - start;
    const heads = (at + PAGE_HEADER_BYTES) >>> 2;
    const newHeads = (to + PAGE_HEADER_BYTES) >>> 2;
    const slots = at + slotsOffset(oldCount);
    const newSlots = to + slotsOffset(this.#count);
    let made = run.made;
    for (let index = run.from; index < run.to; index++) {
      target.words[newHeads + made] = page.words[heads + index]!;
      const slot = view.getUint16(slots + 2 * index, true) + shift;
      target.view.setUint16(newSlots + 2 * made, slot, true);
      made++;
    }
  }

  /** Writes a put as entry `made`. */
  #writeChange(
    { given }: LeafSource,
    entry: { index: number; made: number; prefixBytes: number },
    target: PoolMemory,
    to: number,
  ): void {
    const { changes } = given;
    const { index, made, prefixBytes } = entry;
    const { memory } = changes;
    const keyBytes = changes.keyBytesOf(index);
    const key = changes.keyAt(index);
    const { view, bytes, words } = target;
    const at = this.#end;
    words[((to + PAGE_HEADER_BYTES) >>> 2) + made] = headOf(memory, key, keyBytes, prefixBytes);
    view.setUint16(to + slotsOffset(this.#count) + 2 * made, at - to, true);
    view.setUint16(at, keyBytes - prefixBytes, true);
    const tail = tailBytes(keyBytes, prefixBytes);
    copyShort(memory.bytes, key + keyBytes - tail, bytes, at + SUFFIX_BYTES, tail);
    const body = at + SUFFIX_BYTES + tail;
    writeChangeBody(target, body, changes, index);
    if (changes.files[index] !== 0) {
      view.setUint8(body + BODY_FRAME, this.#frameIndex[index - given.from]!);
    }
    this.#end = body + changeBodyBytes(changes, index);
  }

  /** Gives the frame of every put an index: a new one, or one that no entry names any more. */
  #planFrames({ page, at, given }: LeafSource): boolean {
    const { changes, from, to } = given;
    const oldFrames = framesOf(page.view, at);
    let unused = this.#findUnused({ page, at, given });
    this.#frames = oldFrames;
    let before = -1;
    for (let index = from; index < to; index++) {
      if (changes.files[index] === 0 || changes.isDelete(index)) continue;
      // Neighbours share a frame; that the old page names it too is next to impossible.
      const isSame = before >= 0 && isSameFrame(changes, before, index);
      if (isSame) this.#frameIndex[index - from] = this.#frameIndex[before - from]!;
      else if (unused > 0) this.#frameIndex[index - from] = this.#unused[--unused]!;
      else this.#frameIndex[index - from] = this.#frames++;
      before = index;
    }
    return this.#frames <= FRAMES_MAX;
  }

  /** Finds the frames that only replaced entries name; returns how many. */
  #findUnused({ page, at, given }: LeafSource): number {
    const { view } = page;
    const count = countOf(view, at);
    const frames = framesOf(view, at);
    if (frames === 0) return 0;
    this.#uses.fill(0, 0, frames);
    for (let index = 0; index < count; index++) {
      const body = bodyAt(view, entryAt(view, at, count, index));
      if (!hasFrame(view, body)) continue;
      const frame = view.getUint8(body + BODY_FRAME);
      this.#uses[frame] = this.#uses[frame]! + 1;
    }
    for (let index = given.from; index < given.to; index++) {
      const position = given.positions[index - given.from]!;
      if (position >= 0) continue;
      const body = bodyAt(view, entryAt(view, at, count, ~position));
      if (!hasFrame(view, body)) continue;
      const frame = view.getUint8(body + BODY_FRAME);
      this.#uses[frame] = this.#uses[frame]! - 1;
    }
    let unused = 0;
    for (let frame = frames - 1; frame >= 0; frame--) {
      if (this.#uses[frame] === 0) this.#unused[unused++] = frame;
    }
    return unused;
  }

  /** The old page's table, with the frames of the changes in it. */
  #writeFrames({ page, at, given }: LeafSource, target: PoolMemory, to: number): void {
    const { changes } = given;
    const from = (at + framesOffset(countOf(page.view, at))) >>> 2;
    const table = (to + framesOffset(this.#count)) >>> 2;
    const words = (framesOf(page.view, at) * FRAME_BYTES) >>> 2;
    for (let word = 0; word < words; word++) target.words[table + word] = page.words[from + word]!;
    for (let index = given.from; index < given.to; index++) {
      if (changes.files[index] === 0 || changes.isDelete(index)) continue;
      const frame = table + ((this.#frameIndex[index - given.from]! * FRAME_BYTES) >>> 2);
      target.words[frame] = changes.files[index]!;
      target.words[frame + 1] = changes.offsets[index]!;
      target.words[frame + 2] = changes.frameBytes[index]!;
      target.words[frame + 3] = changes.checksums[index]!;
    }
  }
}

function isSameFrame(changes: ChangeList, a: number, b: number): boolean {
  return changes.files[a] === changes.files[b] && changes.offsets[a] === changes.offsets[b];
}

/** Bytes of the entry at `index`. */
function entryBytesAt(view: DataView, at: number, count: number, index: number): number {
  const entry = entryAt(view, at, count, index);
  const body = bodyAt(view, entry);
  return body + leafBodyBytes(view, body) - entry;
}

/** True if the key of a change begins with the prefix of the page at byte `at`. */
function hasPrefix(page: PoolMemory, at: number, changes: ChangeList, index: number): boolean {
  const bytes = prefixBytesOf(page.view, at);
  if (bytes === 0) return true;
  if (changes.keyBytesOf(index) < bytes) return false;
  const prefix = at + prefixOffset(countOf(page.view, at), framesOf(page.view, at));
  return compareBytes(changes.memory, changes.keyAt(index), page, prefix, bytes) === 0;
}

/** Earliest expiry of the entries of a leaf, in seconds; 0 = none. */
function earliestExpiry({ view }: PoolMemory, at: number, count: number): number {
  let earliest = 0;
  for (let index = 0; index < count; index++) {
    const body = bodyAt(view, entryAt(view, at, count, index));
    earliest = earlierOf(earliest, expirySecondsOf(view, body));
  }
  return earliest;
}
