// A bounded cache of pages, private to a thread. A page is verified when it is loaded, and found by
// number and checksum, so one that was changed since is never taken for current. Frames lie in sets
// of up to four; the low bits of a page's number choose the set. A frame that was used gets another
// chance before it goes, one with an inner page three. What load() returns holds until the next.

import type { PoolMemory } from '../control/pool.js';
import type { LaneError } from '../errors.js';
import { levelOf, PAGE_BYTES } from '../format/tree-page.js';
import type { PageReader } from './page-file.js';
import { privateMemory } from './private-memory.js';

const WAYS_MAX = 4;
/** Words of a frame's tag, which lie together: page, checksum, chances left, chances when used. */
const TAG_WORDS = 4;
const CHANCES = 2;
const CHANCES_WHEN_USED = 3;
const LEAF_CHANCES = 1;
const INNER_CHANCES = 3;
/** Page in the tag of an empty frame. */
const EMPTY = 0;

export class PageCache {
  readonly memory: PoolMemory;
  readonly #reader: PageReader;
  readonly #ways: number;
  readonly #setMask: number;
  readonly #tags: Int32Array;
  /** By set: the frame to look at first when room is wanted. */
  readonly #hands: Uint8Array;
  #hits = 0;
  #loads = 0;

  /** A cache of at least one page and at most `bytes` bytes. */
  constructor(reader: PageReader, bytes: number) {
    const frames = Math.max(1, Math.floor(bytes / PAGE_BYTES));
    this.#ways = Math.min(WAYS_MAX, frames);
    const sets = 2 ** Math.floor(Math.log2(frames / this.#ways));
    this.#setMask = sets - 1;
    const count = sets * this.#ways;
    this.memory = privateMemory(count * PAGE_BYTES);
    this.#reader = reader;
    this.#tags = new Int32Array(count * TAG_WORDS);
    this.#hands = new Uint8Array(sets);
  }

  /** Loads served from memory, and from the file. */
  get counters(): { hits: number; loads: number } {
    return { hits: this.#hits, loads: this.#loads };
  }

  /**
   * Byte offset in `memory` of a page that has the checksum. Throws CORRUPT with file and offset if
   * what is on disk does not, IO_ERROR if it cannot be read.
   */
  load(page: number, checksum: number): number {
    const tags = this.#tags;
    const first = (page & this.#setMask) * this.#ways;
    const end = (first + this.#ways) * TAG_WORDS;
    for (let tag = first * TAG_WORDS; tag < end; tag += TAG_WORDS) {
      if (tags[tag] !== (page | 0) || tags[tag + 1] !== (checksum | 0)) continue;
      this.#hits++;
      const chances = tags[tag + CHANCES_WHEN_USED]!;
      if (tags[tag + CHANCES] !== chances) tags[tag + CHANCES] = chances;
      return (tag / TAG_WORDS) * PAGE_BYTES;
    }
    return this.#miss(page, checksum, first);
  }

  /** The error for a page that is well formed but cannot be where it was found. */
  corrupt(page: number, reason: string): LaneError {
    return this.#reader.corrupt(page, reason);
  }

  /** Forgets everything: after a failure of the disk nothing read before is believed. */
  clear(): void {
    this.#tags.fill(EMPTY);
  }

  #miss(page: number, checksum: number, first: number): number {
    const frame = first + this.#victim(page & this.#setMask, first);
    const tag = frame * TAG_WORDS;
    const at = frame * PAGE_BYTES;
    this.#tags[tag] = EMPTY;
    this.#reader.read(page, checksum, this.memory, at);
    this.#loads++;
    const isInner = levelOf(this.memory.bytes, at) > 0;
    this.#tags[tag] = page;
    this.#tags[tag + 1] = checksum;
    this.#tags[tag + CHANCES] = LEAF_CHANCES;
    this.#tags[tag + CHANCES_WHEN_USED] = isInner ? INNER_CHANCES : LEAF_CHANCES;
    return at;
  }

  /** Which frame of a set goes: an empty one, or the first that has no chance left. */
  #victim(set: number, first: number): number {
    const tags = this.#tags;
    let way = this.#hands[set]!;
    for (;;) {
      const tag = (first + way) * TAG_WORDS;
      if (tags[tag] === EMPTY || tags[tag + CHANCES] === 0) break;
      tags[tag + CHANCES] = tags[tag + CHANCES]! - 1;
      way = way + 1 === this.#ways ? 0 : way + 1;
    }
    this.#hands[set] = way + 1 === this.#ways ? 0 : way + 1;
    return way;
  }
}
