// Builds a tree's pages level by level, from left to right, out of entries that are new or were
// moved and runs of pages that stay as they are. Pages of a run of changes are filled evenly; one
// that would be underfull takes in its neighbour. Nothing refers to a page before its parent is
// made.

import type { PoolMemory } from '../control/pool.js';
import {
  bodyAt,
  bodyBytesOf,
  CHILD_BODY_BYTES,
  CHILD_CHECKSUM,
  CHILD_EXPIRY,
  CHILD_PAGE,
  countOf,
  entryAt,
  frameAt,
  hasFrame,
  LEVEL_MAX,
  levelOf,
  PAGE_BYTES,
} from '../format/tree-page.js';
import { invariant } from '../invariant.js';
import type { ChangeList } from './change-list.js';
import type { LeafSource } from './leaf-patch.js';
import { LeafPatch } from './leaf-patch.js';
import { JOIN_BYTES, Level } from './level.js';
import type { MergePages } from './merge-pages.js';
import type { PageIdentity } from './page-layout.js';
import { PageLayout } from './page-layout.js';
import type { PagePointer } from './page-pointer.js';
import { NO_PAGE, pointerAt } from './page-pointer.js';
import { copyKey, copyShort } from './page-search.js';
import { stageChange } from './stage-change.js';
import { StagedEntries } from './staged-entries.js';

export class TreeBuilder {
  readonly #pages: MergePages;
  readonly #tree: number;
  readonly #levels: Level[] = [new Level(0)];
  readonly #layout = new PageLayout();
  readonly #patch = new LeafPatch();
  #leavesMade = 0;

  constructor(pages: MergePages, tree: number) {
    this.#pages = pages;
    this.#tree = tree;
  }

  /** Leaves that were made. */
  get leavesMade(): number {
    return this.#leavesMade;
  }

  /**
   * Says that what comes next into leaves is not below this key, which is its old leaf's separator;
   * unless that leaf is the first of all.
   */
  beginLeaf(separator: Uint8Array, bytes: number, isFirst: boolean): void {
    const leaves = this.#levels[0]!;
    leaves.oldBound.set(separator.subarray(0, bytes));
    leaves.oldBoundBytes = bytes;
    if (leaves.staged.count > 0) return;
    leaves.setBound(separator, 0, bytes);
    leaves.isFirst = isFirst;
  }

  /**
   * Makes a leaf of an old one and a few changes, unless it would not fit, leave too little, or
   * come between entries that should share a page: false then, and nothing has happened.
   */
  patchLeaf(source: LeafSource): boolean {
    const leaves = this.#levels[0]!;
    const { given, page, at } = source;
    const isFew = 4 * (given.to - given.from) <= countOf(page.view, at);
    if (given.from === given.to) return false;
    if (leaves.staged.count > 0 && (leaves.isUnderfull || !isFew)) return false;
    if (this.#patch.plan(source) < JOIN_BYTES) return false;
    this.#flush(leaves);
    leaves.setBound(leaves.oldBound, 0, leaves.oldBoundBytes);
    const number = this.#pages.take();
    const to = this.#pages.writer.place(number);
    const identity = this.#identity(number, 0);
    const expiry = this.#patch.write(source, this.#pages.writer.memory, to, identity);
    this.#name(leaves, number, to, expiry);
    return true;
  }

  /** Adds a put to the leaf under construction. */
  addChange(changes: ChangeList, index: number): void {
    const leaves = this.#levels[0]!;
    stageChange(leaves.staged, changes, index);
    if (leaves.isOverfull) this.#emitFull(leaves);
  }

  /** Adds entries [from, to) of a page to the page of the same level that is under construction. */
  addEntries(page: PoolMemory, at: number, from: number, to: number): void {
    const level = this.#level(levelOf(page.bytes, at));
    for (let index = from; index < to; index++) {
      stageEntry(level.staged, page, at, index);
      if (level.isOverfull) this.#emitFull(level);
    }
  }

  /** True if a page of this level or below should take in what comes next. */
  wantsJoin(level: number): boolean {
    for (let below = 0; below <= level && below < this.#levels.length; below++) {
      if (this.#levels[below]!.isUnderfull) return true;
    }
    return false;
  }

  /** Goes on with children [from, to) of an inner page as they are. */
  passChildren(page: PoolMemory, at: number, from: number, to: number): void {
    const level = levelOf(page.bytes, at);
    for (let below = 0; below < level; below++) this.#flush(this.#level(below));
    this.addEntries(page, at, from, to);
  }

  /** Makes the pages that are left and returns the root. */
  finish(): PagePointer {
    for (let index = 0; ; index++) {
      const level = this.#levels[index]!;
      if (level.isUnderfull) this.#joinWithBefore(index);
      this.#flush(level);
      const above = this.#levels[index + 1];
      if (above === undefined) return NO_PAGE;
      if (index + 2 === this.#height() && above.staged.count === 1) return this.#lastOf(above);
      invariant(index < LEVEL_MAX, 'a tree ends below its highest level');
    }
  }

  /** Levels up to the highest with entries that wait. */
  #height(): number {
    let height = this.#levels.length;
    while (height > 0 && this.#levels[height - 1]!.staged.count === 0) height--;
    return height;
  }

  #level(number: number): Level {
    while (this.#levels.length <= number) this.#levels.push(new Level(this.#levels.length));
    return this.#levels[number]!;
  }

  #flush(level: Level): void {
    const { staged } = level;
    while (staged.count > 0) {
      const all = this.#layout.fit(staged, PAGE_BYTES);
      if (all === staged.count) {
        this.#emit(level, all);
        break;
      }
      const parts = Math.ceil(staged.size / PAGE_BYTES);
      this.#emit(level, this.#layout.fit(staged, Math.ceil(staged.size / parts)));
    }
    level.hasLastKey = false;
  }

  #emitFull(level: Level): void {
    this.#emit(level, this.#layout.fit(level.staged, PAGE_BYTES));
  }

  /** Makes a page of the first entries that wait, which fit() has just counted. */
  #emit(level: Level, count: number): void {
    const { staged } = level;
    const page = this.#pages.take();
    const at = this.#pages.writer.place(page);
    const identity = this.#identity(page, level.level);
    const expiry = this.#layout.write(staged, this.#pages.writer.memory, at, identity);
    this.#name(level, page, at, expiry);
    if (level.level === 0) keepLastKey(level, count - 1);
    staged.drop(count);
  }

  #identity(page: number, level: number): PageIdentity {
    return { page, merge: this.#pages.merge, tree: this.#tree, level };
  }

  /** Seals the page that was laid out at byte `at` and points to it from the level above. */
  #name(level: Level, page: number, at: number, expiry: number): void {
    // Before any other page is placed.
    const checksum = this.#pages.writer.seal(at);
    const above = this.#level(level.level + 1);
    if (above.isOverfull) this.#emitFull(above);
    if (level.level === 0) this.#leavesMade++;
    const separatorBytes = separator(level, above.staged);
    const body = above.staged.add(separatorBytes, CHILD_BODY_BYTES);
    const { view } = above.staged.memory;
    view.setUint32(body + CHILD_PAGE, page, true);
    view.setInt32(body + CHILD_CHECKSUM, checksum, true);
    view.setUint32(body + CHILD_EXPIRY, expiry, true);
  }

  /** Puts the entries of the page before the ones that wait, so that they share its place. */
  #joinWithBefore(index: number): void {
    const level = this.#levels[index]!;
    const above = this.#levels[index + 1];
    if (above === undefined || above.staged.count === 0) return;
    const last = above.staged.count - 1;
    const key = above.staged.keyAt[last]!;
    level.setBound(above.staged.memory.bytes, key, above.staged.keyBytes[last]!);
    const pointer = this.#lastOf(above);
    above.staged.pop();
    const waiting = level.staged;
    level.staged = level.spare ?? new StagedEntries();
    level.spare = waiting;
    const at = this.#pages.loadOld(pointer);
    const { memory } = this.#pages;
    const count = countOf(memory.view, at);
    for (let entry = 0; entry < count; entry++) stageEntry(level.staged, memory, at, entry);
    for (let entry = 0; entry < waiting.count; entry++) level.staged.addFrom(waiting, entry);
    waiting.clear();
    // The first leaf of all may hold keys that are below its separator.
    level.isFirst = level.isBelowBound;
    this.#pages.replace(pointer.page, at);
  }

  #lastOf(level: Level): PagePointer {
    const body = level.staged.bodyAt[level.staged.count - 1]!;
    return pointerAt(level.staged.memory.view, body);
  }
}

/**
 * Writes what separates the page about to be named from the one before as the key of the next entry
 * above; returns its length. Between two new leaves that is the shortest key that does.
 */
function separator(level: Level, above: StagedEntries): number {
  const { staged } = level;
  const target = above.memory.bytes;
  const to = above.nextKeyAt;
  const first = staged.keyAt[0]!;
  // The first leaf of all takes in what is below: any key up to its own will do, and one like the
  // others leaves the page above its prefix.
  if (level.level > 0 || (level.isFirst && !level.hasLastKey)) {
    copyShort(staged.memory.bytes, first, target, to, staged.keyBytes[0]!);
    return staged.keyBytes[0]!;
  }
  if (!level.hasLastKey) {
    copyShort(level.bound, 0, target, to, level.boundBytes);
    return level.boundBytes;
  }
  let bytes = 0;
  while (
    bytes < level.lastKeyBytes &&
    level.lastKey[bytes] === staged.memory.bytes[first + bytes]
  ) {
    bytes++;
  }
  bytes++;
  copyShort(staged.memory.bytes, first, target, to, bytes);
  return bytes;
}

function keepLastKey(level: Level, index: number): void {
  const { staged } = level;
  const bytes = staged.keyBytes[index]!;
  copyShort(staged.memory.bytes, staged.keyAt[index]!, level.lastKey, 0, bytes);
  level.lastKeyBytes = bytes;
  level.hasLastKey = true;
}

/** Adds the entry at `index` of a page to staged entries. */
function stageEntry(staged: StagedEntries, page: PoolMemory, at: number, index: number): void {
  const { view, bytes } = page;
  const count = countOf(view, at);
  const level = levelOf(bytes, at);
  const source = bodyAt(view, entryAt(view, at, count, index));
  const bodyBytes = bodyBytesOf(view, source, level);
  const keyBytes = copyKey(page, at, index, staged.memory, staged.nextKeyAt);
  const body = staged.add(keyBytes, bodyBytes);
  copyShort(bytes, source, staged.memory.bytes, body, bodyBytes);
  if (level > 0 || !hasFrame(view, source)) return;
  const frame = frameAt(view, at, source);
  staged.setFrame(
    view.getInt32(frame, true),
    view.getInt32(frame + 4, true),
    view.getInt32(frame + 8, true),
    view.getInt32(frame + 12, true),
  );
}
