// The bulk merge: sorted changes into a copy-on-write tree, in one walk from left to right. Pages
// without changes are neither read nor written; a delete ends here. The old tree stays as it is
// until its pages are used again. Counts exactly what it adds and takes away.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import {
  bodyAt,
  CHILD_EXPIRY,
  countOf,
  entryAt,
  expiryMsOf,
  expiryOf,
  LEVEL_MAX,
  levelOf,
  PAGE_BYTES,
  PAGE_KEY_BYTES_MAX,
} from '../format/tree-page.js';
import type { ChangeList } from './change-list.js';
import type { LeafChanges } from './leaf-patch.js';
import { MergeCount } from './merge-count.js';
import type { MergePages } from './merge-pages.js';
import type { PagePointer } from './page-pointer.js';
import { compareKeys, copyKey, searchChild, searchPage } from './page-search.js';
import { TreeBuilder } from './tree-builder.js';
import { childPointer } from './tree-search.js';

/** What a merge is told beside the changes. */
export interface MergeOptions {
  tree: number;
  /** Time in milliseconds; entries that expire then are dropped from every leaf that is read. */
  now: number;
  /** Every leaf is read and written anew, full. */
  isRewrite: boolean;
}

/** What a merge did. */
export interface MergeResult {
  root: PagePointer;
  count: MergeCount;
  leavesMade: number;
}

/** Which changes go to a child, and how far below the root its parent is. */
interface Part {
  from: number;
  to: number;
  depth: number;
}

export class TreeMerge {
  readonly #pages: MergePages;
  readonly #options: MergeOptions;
  readonly #changes: ChangeList;
  readonly #builder: TreeBuilder;
  /** The inner pages from the root down, kept while their children are merged. */
  readonly #path: PoolMemory[] = [];
  /** Index of the child that is merged, by depth. */
  readonly #childIndex = new Int32Array(LEVEL_MAX + 1);
  /** Where the changes to the leaf that is merged belong. */
  #positions = new Int32Array(256);
  readonly #separator: PoolMemory = privateMemory(PAGE_KEY_BYTES_MAX);
  readonly #count = new MergeCount();

  constructor(pages: MergePages, changes: ChangeList, options: MergeOptions) {
    this.#pages = pages;
    this.#changes = changes;
    this.#options = options;
    this.#builder = new TreeBuilder(pages, options.tree);
  }

  /** Merges changes [from, to) into the tree under `root`. Nothing is durable yet. */
  run(root: PagePointer, from: number, to: number): MergeResult {
    this.#builder.beginLeaf(this.#separator.bytes, 0, true);
    if (root.page === 0) this.#addAll(from, to);
    else this.#mergePage(root, from, to, 0);
    const made = this.#collapse(this.#builder.finish());
    this.#pages.writer.flush();
    return {
      root: made,
      count: this.#count,
      leavesMade: this.#builder.leavesMade,
    };
  }

  #mergePage(pointer: PagePointer, from: number, to: number, depth: number): void {
    const at = this.#pages.loadOld(pointer);
    const { memory } = this.#pages;
    this.#pages.replace(pointer.page, at);
    if (levelOf(memory.bytes, at) === 0) {
      this.#mergeLeaf(at, from, to);
      return;
    }
    const page = this.#pathPage(depth);
    page.bytes.set(memory.bytes.subarray(at, at + PAGE_BYTES));
    this.#mergeInner(page, from, to, depth);
  }

  #mergeLeaf(at: number, from: number, to: number): void {
    const { memory } = this.#pages;
    const given = this.#locate(at, from, to);
    const isWhole = this.#options.isRewrite || this.#isDue(expiryOf(memory.view, at));
    if (isWhole || !this.#builder.patchLeaf({ page: memory, at, given })) this.#restage(at, given);
    for (let index = from; index < to; index++) {
      const found = given.positions[index - from]!;
      if (found < 0) this.#count.drop(memory, at, ~found);
    }
    this.#count.put(this.#changes, from, to);
  }

  /** Takes a leaf apart and adds its entries, and the changes, one by one. */
  #restage(at: number, { from, to, positions }: LeafChanges): void {
    let next = 0;
    for (let index = from; index < to; index++) {
      const found = positions[index - from]!;
      const position = found < 0 ? ~found : found;
      this.#keep(at, next, position);
      next = found < 0 ? position + 1 : position;
      if (!this.#changes.isDelete(index)) this.#builder.addChange(this.#changes, index);
    }
    this.#keep(at, next, countOf(this.#pages.memory.view, at));
  }

  /** Where each of the changes [from, to) belongs in the leaf at byte `at`. */
  #locate(at: number, from: number, to: number): LeafChanges {
    const { memory } = this.#pages;
    const changes = this.#changes;
    if (this.#positions.length < to - from) this.#positions = new Int32Array(2 * (to - from));
    const positions = this.#positions;
    for (let index = from; index < to; index++) {
      const key = changes.keyAt(index);
      const bytes = changes.keyBytesOf(index);
      positions[index - from] = searchPage(memory, at, changes.memory, key, bytes);
    }
    return { changes, from, to, positions };
  }

  #mergeInner(page: PoolMemory, from: number, to: number, depth: number): void {
    const changes = this.#changes;
    const count = countOf(page.view, 0);
    let child = 0;
    let change = from;
    while (change < to) {
      const key = changes.keyAt(change);
      const bytes = changes.keyBytesOf(change);
      const touched = searchChild(page, 0, changes.memory, key, bytes);
      this.#pass(page, child, touched, depth);
      const end = touched + 1 < count ? this.#firstFrom(page, touched + 1, change, to) : to;
      this.#mergeChild(page, touched, { from: change, to: end, depth });
      change = end;
      child = touched + 1;
    }
    this.#pass(page, child, count, depth);
  }

  #mergeChild(page: PoolMemory, index: number, part: Part): void {
    const { depth } = part;
    if (levelOf(page.bytes, 0) === 1) {
      const isFirst = index === 0 && this.#isLeftmost(depth);
      const bytes = copyKey(page, 0, index, this.#separator, 0);
      this.#builder.beginLeaf(this.#separator.bytes, bytes, isFirst);
    }
    this.#childIndex[depth] = index;
    this.#mergePage(childPointer(page, 0, index), part.from, part.to, depth + 1);
  }

  /** Goes on with children [from, to), to which nothing changes. */
  #pass(page: PoolMemory, from: number, to: number, depth: number): void {
    const below = levelOf(page.bytes, 0) - 1;
    const isSweep = this.#isDue(expiryOf(page.view, 0));
    let passed = from;
    for (let index = from; index < to; index++) {
      const isJoin = passed === index && this.#builder.wantsJoin(below);
      if (!isJoin && !this.#options.isRewrite) {
        if (!isSweep) break;
        if (!this.#isDue(this.#childExpiry(page, index))) continue;
      }
      if (passed < index) this.#builder.passChildren(page, 0, passed, index);
      this.#mergeChild(page, index, { from: 0, to: 0, depth });
      passed = index + 1;
    }
    if (passed < to) this.#builder.passChildren(page, 0, passed, to);
  }

  /** Index of the first change in [from, to) whose key is not below a child's separator. */
  #firstFrom(page: PoolMemory, child: number, from: number, to: number): number {
    const bytes = copyKey(page, 0, child, this.#separator, 0);
    let step = 1;
    let low = from;
    while (low + step < to && this.#isBelow(low + step, bytes)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(to, low + step);
    low++;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBelow(middle, bytes)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True if the key of a change is below the one in #separator. */
  #isBelow(index: number, bytes: number): boolean {
    const changes = this.#changes;
    const key = changes.keyAt(index);
    const keyBytes = changes.keyBytesOf(index);
    return compareKeys(changes.memory, key, keyBytes, this.#separator, 0, bytes) < 0;
  }

  /** Goes on with entries [from, to) of a leaf, but for those that have expired. */
  #keep(at: number, from: number, to: number): void {
    const { memory } = this.#pages;
    if (!this.#isDue(expiryOf(memory.view, at))) {
      this.#builder.addEntries(memory, at, from, to);
      return;
    }
    const count = countOf(memory.view, at);
    for (let index = from; index < to; index++) {
      const expiry = expiryMsOf(
        memory.view,
        bodyAt(memory.view, entryAt(memory.view, at, count, index)),
      );
      if (expiry !== 0 && expiry <= this.#options.now) this.#count.drop(memory, at, index);
      else this.#builder.addEntries(memory, at, index, index + 1);
    }
  }

  /** Makes a tree of nothing but the changes. */
  #addAll(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      if (!this.#changes.isDelete(index)) this.#builder.addChange(this.#changes, index);
    }
    this.#count.put(this.#changes, from, to);
  }

  /** True if something expires at or before a time in seconds, 0 = never, and may be swept. */
  #isDue(expiry: number): boolean {
    return expiry !== 0 && expiry * 1000 <= this.#options.now;
  }

  #childExpiry(page: PoolMemory, index: number): number {
    const entry = entryAt(page.view, 0, countOf(page.view, 0), index);
    return page.view.getUint32(bodyAt(page.view, entry) + CHILD_EXPIRY, true);
  }

  #isLeftmost(depth: number): boolean {
    for (let above = 0; above < depth; above++) if (this.#childIndex[above] !== 0) return false;
    return true;
  }

  #pathPage(depth: number): PoolMemory {
    while (this.#path.length <= depth) this.#path.push(privateMemory(PAGE_BYTES));
    return this.#path[depth]!;
  }

  /** A root with one child is not needed. */
  #collapse(made: PagePointer): PagePointer {
    let root = made;
    while (root.page !== 0) {
      const at = this.#pages.loadOld(root);
      const { view, bytes } = this.#pages.memory;
      if (levelOf(bytes, at) === 0 || countOf(view, at) > 1) break;
      const child = childPointer(this.#pages.memory, at, 0);
      this.#pages.replace(root.page, at);
      root = child;
    }
    return root;
  }
}
