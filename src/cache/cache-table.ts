// Which blocks a bounded cache holds, and which one goes when room is wanted. Frames lie in sets of
// up to four, whose tags lie together. A frame that was used gets another chance before it goes;
// how many, whoever loads it says. Tags only: what is in a frame is its owner's. Owner: one thread.

const WAYS_MAX = 4;
/** Words of a tag: three that identify the block, and its chances: left | when used << 8. */
const TAG_WORDS = 4;
const CHANCES = 3;
const CHANCE_BITS = 8;
const CHANCE_MASK = 255;
/** First word of the tag of an empty frame; no block's is that. */
const EMPTY = 0;

export class CacheTable {
  /** Frames in all. */
  readonly frames: number;
  readonly #ways: number;
  readonly #setMask: number;
  readonly #tags: Int32Array;
  /** By set: the frame to look at first when room is wanted. */
  readonly #hands: Uint8Array;
  #hits = 0;
  #misses = 0;

  /** A table of at least one frame, and at most `framesMax`. */
  constructor(framesMax: number) {
    this.#ways = Math.max(1, Math.min(WAYS_MAX, framesMax));
    const sets = 2 ** Math.floor(Math.log2(Math.max(1, framesMax) / this.#ways));
    this.#setMask = sets - 1;
    this.frames = sets * this.#ways;
    this.#tags = new Int32Array(this.frames * TAG_WORDS);
    this.#hands = new Uint8Array(sets);
  }

  /** Looks that found their block, and that did not. */
  get counters(): { hits: number; misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** The frame of a block, -1 if it is not there. The low bits of `spread` choose the set. */
  find(spread: number, a: number, b: number, c: number): number {
    const tags = this.#tags;
    const first = (spread & this.#setMask) * this.#ways;
    const end = (first + this.#ways) * TAG_WORDS;
    for (let tag = first * TAG_WORDS; tag < end; tag += TAG_WORDS) {
      if (tags[tag] !== (a | 0) || tags[tag + 1] !== (b | 0) || tags[tag + 2] !== (c | 0)) continue;
      this.#hits++;
      const chances = tags[tag + CHANCES]!;
      const used = chances >> CHANCE_BITS;
      if ((chances & CHANCE_MASK) !== used) tags[tag + CHANCES] = (used << CHANCE_BITS) | used;
      return tag / TAG_WORDS;
    }
    this.#misses++;
    return -1;
  }

  /** Empties a frame of the set that `spread` chooses; returns it. */
  evict(spread: number): number {
    const tags = this.#tags;
    const set = spread & this.#setMask;
    const first = set * this.#ways;
    let way = this.#hands[set]!;
    for (;;) {
      const tag = (first + way) * TAG_WORDS;
      if (tags[tag] === EMPTY || (tags[tag + CHANCES]! & CHANCE_MASK) === 0) break;
      tags[tag + CHANCES] = tags[tag + CHANCES]! - 1;
      way = way + 1 === this.#ways ? 0 : way + 1;
    }
    this.#hands[set] = way + 1 === this.#ways ? 0 : way + 1;
    tags[(first + way) * TAG_WORDS] = EMPTY;
    return first + way;
  }

  /** Says which block an emptied frame holds now, and how many chances it gets when it is used. */
  fill(frame: number, a: number, b: number, c: number, chances: number): void {
    const tag = frame * TAG_WORDS;
    this.#tags[tag] = a;
    this.#tags[tag + 1] = b;
    this.#tags[tag + 2] = c;
    // None yet: the hand has just passed, and comes to all others first.
    this.#tags[tag + CHANCES] = chances << CHANCE_BITS;
  }

  /** Forgets everything. */
  clear(): void {
    this.#tags.fill(EMPTY);
  }
}
