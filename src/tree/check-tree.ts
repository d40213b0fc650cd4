// Walks a whole tree and says what is wrong with it: pages that do not load, keys out of order or
// outside their page's bounds, heads and expiry that do not agree with what they stand for, pages
// to which two pointers lead. Goes on after damage, so that all of it is found.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import { isLaneError } from '../errors.js';
import {
  bodyAt,
  CHILD_EXPIRY,
  countOf,
  earlierOf,
  endOf,
  entryAt,
  expiryOf,
  expirySecondsOf,
  frameAt,
  hasFrame,
  levelOf,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PAGE_KEY_BYTES_MAX,
  prefixBytesOf,
  treeOf,
  valueBytesOf,
} from '../format/tree-page.js';
import type { PageReader } from './page-file.js';
import type { PagePointer } from './page-pointer.js';
import { pointerAt } from './page-pointer.js';
import { compareKeys, copyKey, headOf } from './page-search.js';

/** Something that is wrong, and the page in which. */
export interface TreeProblem {
  page: number;
  level: number;
  message: string;
}

export interface TreeFacts {
  keys: number;
  pages: number;
  leaves: number;
  /** Levels, 0 for an empty tree. */
  depth: number;
  /** Bytes used of all pages. */
  usedBytes: number;
  /** Bytes of values that are pointed to, by file. */
  liveBytes: Map<number, number>;
}

interface Bounds {
  lower: Uint8Array | undefined;
  upper: Uint8Array | undefined;
}

export class TreeCheck {
  readonly facts: TreeFacts = {
    keys: 0,
    pages: 0,
    leaves: 0,
    depth: 0,
    usedBytes: 0,
    liveBytes: new Map(),
  };
  readonly #reader: PageReader;
  readonly #tree: number;
  readonly #problem: (problem: TreeProblem) => void;
  readonly #seen: (page: number) => boolean;
  readonly #key = privateMemory(PAGE_KEY_BYTES_MAX);
  readonly #before = privateMemory(PAGE_KEY_BYTES_MAX);

  /** `seen` notes a page and says whether it was seen before. */
  constructor(
    reader: PageReader,
    tree: number,
    report: { problem: (problem: TreeProblem) => void; seen: (page: number) => boolean },
  ) {
    this.#reader = reader;
    this.#tree = tree;
    this.#problem = report.problem;
    this.#seen = report.seen;
  }

  /** Checks all that the root leads to. */
  run(root: PagePointer): TreeFacts {
    if (root.page !== 0) {
      this.#page(root, undefined, { lower: undefined, upper: undefined });
    }
    return this.facts;
  }

  /** Checks a page and what is below; returns its earliest expiry. */
  #page(pointer: PagePointer, level: number | undefined, bounds: Bounds): number | undefined {
    const { page } = pointer;
    const tell = (message: string): void => this.#problem({ page, level: level ?? 0, message });
    if (this.#seen(page)) {
      tell('two pointers lead to it');
      return undefined;
    }
    const memory = privateMemory(PAGE_BYTES);
    try {
      this.#reader.read(page, pointer.checksum, memory, 0);
    } catch (error) {
      if (!isLaneError(error)) throw error;
      tell(error.message);
      return undefined;
    }
    const own = levelOf(memory.bytes, 0);
    if (level !== undefined && own !== level) tell(`level ${own} below one of ${level + 1}`);
    if (treeOf(memory.bytes, 0) !== this.#tree) tell('it belongs to the other tree');
    if (level === undefined) this.facts.depth = own + 1;
    this.facts.pages++;
    this.facts.usedBytes += endOf(memory.view, 0);
    this.#checkKeys(memory, bounds, tell);
    const expiry = own === 0 ? this.#leaf(memory) : this.#inner(memory, bounds);
    if (expiry !== undefined && expiry !== expiryOf(memory.view, 0)) {
      tell(`its earliest expiry is ${expiry}, not ${expiryOf(memory.view, 0)}`);
    }
    return expiryOf(memory.view, 0);
  }

  #leaf(memory: PoolMemory): number {
    const { view } = memory;
    const count = countOf(view, 0);
    this.facts.leaves++;
    this.facts.keys += count;
    let earliest = 0;
    for (let index = 0; index < count; index++) {
      const body = bodyAt(view, entryAt(view, 0, count, index));
      earliest = earlierOf(earliest, expirySecondsOf(view, body));
      if (!hasFrame(view, body)) continue;
      const file = view.getUint32(frameAt(view, 0, body), true);
      const live = this.facts.liveBytes;
      live.set(file, (live.get(file) ?? 0) + valueBytesOf(view, body));
    }
    return earliest;
  }

  #inner(memory: PoolMemory, bounds: Bounds): number | undefined {
    const { view } = memory;
    const count = countOf(view, 0);
    const level = levelOf(memory.bytes, 0) - 1;
    let earliest = 0;
    let isKnown = true;
    for (let index = 0; index < count; index++) {
      const body = bodyAt(view, entryAt(view, 0, count, index));
      const pointer = pointerAt(view, body);
      const below = {
        lower: index === 0 ? bounds.lower : this.#keyOf(memory, index),
        upper: index + 1 < count ? this.#keyOf(memory, index + 1) : bounds.upper,
      };
      const stated = view.getUint32(body + CHILD_EXPIRY, true);
      const found = this.#page(pointer, level, below);
      if (found === undefined) isKnown = false;
      else if (found !== stated) {
        this.#problem({
          page: pointer.page,
          level,
          message: `its earliest expiry is ${found}, its pointer says ${stated}`,
        });
      }
      earliest = earlierOf(earliest, stated);
    }
    return isKnown ? earliest : undefined;
  }

  /**
   * Order of keys in a page, their bounds, and heads. The first separator may be below the bound.
   */
  #checkKeys(memory: PoolMemory, bounds: Bounds, tell: (message: string) => void): void {
    const { view, words, bytes } = memory;
    const count = countOf(view, 0);
    const prefixBytes = prefixBytesOf(view, 0);
    const isLeaf = levelOf(bytes, 0) === 0;
    let before = -1;
    for (let index = 0; index < count; index++) {
      const length = copyKey(memory, 0, index, this.#key, 0);
      const head = headOf(this.#key, 0, length, prefixBytes);
      if (head !== words[PAGE_HEADER_BYTES / 4 + index])
        tell(`the head of entry ${index} is wrong`);
      if (before >= 0 && compareKeys(this.#before, 0, before, this.#key, 0, length) >= 0) {
        tell(`entry ${index} is not above the one before`);
      }
      const key = this.#key.bytes.subarray(0, length);
      const isBelow = bounds.lower !== undefined && Buffer.compare(key, bounds.lower) < 0;
      if (isBelow && (isLeaf || index > 0)) tell(`entry ${index} is below the page's bound`);
      if (bounds.upper !== undefined && Buffer.compare(key, bounds.upper) >= 0) {
        tell(`entry ${index} is above the page's bound`);
      }
      this.#before.bytes.set(key);
      before = length;
    }
  }

  #keyOf(memory: PoolMemory, index: number): Uint8Array {
    const length = copyKey(memory, 0, index, this.#key, 0);
    return this.#key.bytes.slice(0, length);
  }
}
