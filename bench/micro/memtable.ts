// The memtable alone, over records of 16 + 128 bytes that stand in the pool as a lane writes them:
// no lock, no key encoding, no values read.

import { scratchLocation, takeRun } from '../../src/control/pool.js';
import { KIND_PUT, kindWord } from '../../src/format/operation.js';
import { MemtableCursor } from '../../src/memtable/cursor.js';
import { finishSearchKey } from '../../src/memtable/key-compare.js';
import { SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { shuffled } from '../data.js';
import { openOtherStores } from './other-stores.js';
import type { Loop, Primitive } from './primitive.js';

const KEYS = 100_000;
const KEY_BYTES = 16;
const KEY_WORDS = KEY_BYTES / 4;
const HEADER_WORDS = 4;
const RECORD_BYTES = 168;
const MIB = 1024 * 1024;
const RUN = 256;

/** Keys are the even numbers; the odd ones are missing. */
class Records {
  readonly log = new LogMemory({
    memoryBytes: 32 * MIB,
    segmentBytes: MIB,
    logBytes: 0,
    lanesMax: 1,
    usesHugePages: true,
  });
  readonly scratch = scratchLocation(0);
  /** Location of each record, in the order given; and the words of keys to look for. */
  readonly locations = new Int32Array(KEYS);
  readonly searched: Int32Array;
  readonly #empty: Int32Array;

  constructor(order: Uint32Array, missing: boolean) {
    const { control, memory } = this.log;
    const start = takeRun(control, KEYS * RECORD_BYTES);
    this.#empty = control.words.slice();
    const text = Buffer.alloc(KEYS * KEY_BYTES);
    for (const [at, number] of shuffled(KEYS, 3).entries()) {
      writeKey(text, at * KEY_BYTES, 2 * number + (missing ? 1 : 0));
    }
    this.searched = new Int32Array(text.buffer, text.byteOffset, KEYS * KEY_WORDS);
    for (const [at, number] of order.entries()) {
      const operation = start + at * RECORD_BYTES + 8;
      memory.words[operation >>> 2] = kindWord(KIND_PUT, 0, KEY_BYTES);
      memory.words[(operation >>> 2) + 1] = RECORD_BYTES - 8 - 16 - KEY_BYTES;
      memory.words[(operation >>> 2) + 2] = at + 1;
      writeKey(memory.buffer, operation + 16, 2 * number);
      this.locations[at] = operation >>> 3;
    }
  }

  /** Puts record `at` into the memtable. */
  insert(at: number): number {
    this.log.memtable.reserve(1);
    return this.log.memtable.insert(this.locations[at]!);
  }

  insertAll(): void {
    for (let at = 0; at < KEYS; at++) this.insert(at);
  }

  /** An empty memtable again: the control block holds all there is of it but its nodes. */
  reset(): void {
    this.log.control.words.set(this.#empty);
  }

  find(at: number): number {
    const { memory, memtable } = this.log;
    const target = (this.scratch << 1) + HEADER_WORDS;
    for (let word = 0; word < KEY_WORDS; word++) {
      memory.words[target + word] = this.searched[at * KEY_WORDS + word]!;
    }
    finishSearchKey(memory, this.scratch, KEY_BYTES);
    return memtable.find(this.scratch);
  }
}

function writeKey(target: Buffer, at: number, number: number): void {
  target.write(`user:${String(number).padStart(KEY_BYTES - 5, '0')}`, at, 'latin1');
}

function sorted(): Uint32Array {
  return Uint32Array.from({ length: KEYS }, (_, at) => at);
}

function insertLoop(order: Uint32Array): Loop {
  const records = new Records(order, false);
  let next = 0;
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        if (next === KEYS) {
          records.reset();
          next = 0;
        }
        sum += records.insert(next++);
      }
      return sum + records.log.memtable.keys;
    },
  };
}

function findLoop(missing: boolean): Loop {
  const records = new Records(shuffled(KEYS, 5), missing);
  records.insertAll();
  let next = 0;
  return {
    run(iterations) {
      let found = 0;
      for (let i = 0; i < iterations; i++) {
        if (records.find(next) !== 0) found++;
        next = next + 1 === KEYS ? 0 : next + 1;
      }
      if (found !== (missing ? 0 : iterations)) throw new Error(`${found} of ${iterations} found`);
      return found;
    },
  };
}

function cursorLoop(isReverse: boolean): Loop {
  const records = new Records(shuffled(KEYS, 5), false);
  records.insertAll();
  const { memtable } = records.log;
  const open = { lower: undefined, upper: undefined, isLowerIncluded: true, isUpperIncluded: true };
  const point = { sequence: SEQUENCE_NEWEST, keepsDeletes: false, scratch: records.scratch };
  const begin = () => new MemtableCursor(memtable, { ...open, ...point, isReverse });
  const run = new Int32Array(RUN);
  let cursor = begin();
  return {
    run(iterations) {
      let sum = 0;
      for (let left = iterations; left > 0; ) {
        if (cursor.isDone) cursor = begin();
        const filled = cursor.fill(run, Math.min(RUN, left), RUN);
        for (let at = 0; at < filled; at++) sum += run[at]!;
        left -= filled;
      }
      return sum;
    },
  };
}

function beside(name: string, make: () => Loop): Primitive {
  return {
    name: `memtable: ${name}`,
    async prepare(directory) {
      const close = await openOtherStores(directory);
      return { ...make(), close };
    },
  };
}

export const memtablePrimitives: readonly Primitive[] = [
  beside('insert, random order', () => insertLoop(shuffled(KEYS, 5))),
  beside('insert, sorted order', () => insertLoop(sorted())),
  beside('find', () => findLoop(false)),
  beside('find, missing', () => findLoop(true)),
  beside('cursor, per entry', () => cursorLoop(false)),
  beside('cursor in reverse, per entry', () => cursorLoop(true)),
];
