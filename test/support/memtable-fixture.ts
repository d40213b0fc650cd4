// A memtable alone in a pool, written directly: operations are placed one after the other, as a lane's
// writer would place them. And a look into its tree that finds what no reader would notice at once.

import { ControlBlock } from '../../src/control/control-block.js';
import {
  createPool,
  initializePool,
  poolChunks,
  scratchLocation,
  takeRun,
  viewPool,
} from '../../src/control/pool.js';
import { KIND_PUT, kindWord } from '../../src/format/operation.js';
import type { KeyRange } from '../../src/memtable/cursor.js';
import { MemtableCursor } from '../../src/memtable/cursor.js';
import {
  compareKeys,
  headOf,
  keyLength,
  keyStart,
  sharedBytes,
} from '../../src/memtable/key-compare.js';
import { Memtable } from '../../src/memtable/memtable.js';
import { ROOT } from '../../src/memtable/memtable-state.js';
import {
  BEFORE,
  childAt,
  contentPrefix,
  countOf,
  ENTRIES,
  entryLocation,
  HIGH,
  INNER_CAPACITY,
  LEAF_CAPACITY,
  LINK,
  LOW,
  levelOf,
  PREFIX,
  SAMPLE,
  SEPARATORS,
  TAILS,
} from '../../src/memtable/node.js';

const MIB = 1 << 20;

export class MemtableFixture {
  readonly control: ControlBlock;
  readonly memory: ReturnType<typeof viewPool>;
  readonly memtable: Memtable;
  sequence = 0;
  #at: number;

  /** Room for operations, and for the index. */
  constructor(operationBytes = 12 * MIB, indexBytes = 12 * MIB) {
    const chunkCount = poolChunks(operationBytes + indexBytes);
    this.control = ControlBlock.create({ lanesMax: 2, slotsPerLane: 4, chunkCount });
    this.memory = viewPool(createPool(chunkCount));
    initializePool(this.control);
    this.#at = takeRun(this.control, operationBytes);
    this.memtable = new Memtable(this.control, this.memory, 0);
  }

  /** Places an operation without inserting it; returns its location. */
  place(key: Uint8Array, kind = KIND_PUT, value: Uint8Array = new Uint8Array(0)): number {
    const start = this.#at;
    const { words, bytes } = this.memory;
    words[start >>> 2] = kindWord(kind, 0, key.length);
    words[(start >>> 2) + 1] = value.length;
    words[(start >>> 2) + 2] = ++this.sequence;
    words[(start >>> 2) + 3] = 0;
    bytes.set(key, start + 16);
    bytes.set(value, start + 16 + key.length);
    this.#at = (start + 16 + key.length + value.length + 7) & ~7;
    return start >>> 3;
  }

  /** Places and inserts; the caller has reserved. */
  insert(key: Uint8Array, kind = KIND_PUT): number {
    const location = this.place(key, kind);
    this.memtable.insert(location);
    return location;
  }

  write(key: Uint8Array, kind = KIND_PUT): { location: number; sequence: number } {
    if (!this.memtable.reserve(1)) throw new Error('the pool of the test is full');
    return { location: this.insert(key, kind), sequence: this.sequence };
  }

  keyAt(location: number): string {
    const start = keyStart(this.memory.words, location);
    const end = start + keyLength(this.memory.words, location);
    return this.memory.buffer.toString('latin1', start, end);
  }

  find(key: Uint8Array, sequence: number): number {
    const scratch = scratchLocation(0);
    this.memory.bytes.set(key, (scratch << 3) + 16);
    this.memory.words[scratch << 1] = kindWord(KIND_PUT, 0, key.length);
    return this.memtable.findAt(scratch, sequence);
  }

  cursor(
    range: Partial<KeyRange>,
    isReverse: boolean,
    sequence: number,
    keepsDeletes = false,
  ): MemtableCursor {
    return new MemtableCursor(this.memtable, {
      lower: undefined,
      upper: undefined,
      isLowerIncluded: true,
      isUpperIncluded: true,
      ...range,
      isReverse,
      sequence,
      keepsDeletes,
      scratch: scratchLocation(0),
    });
  }

  /** Everything that is not as the invariants of the tree say, as text. */
  problems(): string[] {
    const found: string[] = [];
    const root = this.memtable.state.words[this.memtable.state.at + ROOT]!;
    if (root === 0) return found;
    const leaves: number[] = [];
    this.#checkNode(
      root,
      { low: 0, high: 0, level: levelOf(this.memory.words, root) },
      { found, leaves },
    );
    this.#checkLeaves(leaves, found);
    return found;
  }

  #checkNode(
    node: number,
    expected: { low: number; high: number; level: number },
    into: { found: string[]; leaves: number[] },
  ): void {
    const { words } = this.memory;
    const { low, high, level } = expected;
    const count = countOf(words, node);
    const say = (text: string) => into.found.push(`node ${node}, level ${level}: ${text}`);
    if (levelOf(words, node) !== level) say(`is of level ${levelOf(words, node)}`);
    if (words[node + LOW] !== low || words[node + HIGH] !== high) say('has other fences');
    if (count === 0 || count > (level === 0 ? LEAF_CAPACITY : INNER_CAPACITY))
      say(`has ${count} keys`);
    const keys = Array.from({ length: count }, (_, index) =>
      level === 0 ? entryLocation(words, node, index) : words[node + SEPARATORS + index]!,
    );
    this.#checkKeys(node, keys, expected, say);
    if (level === 0) {
      into.leaves.push(node);
      return;
    }
    for (let index = 0; index <= count; index++) {
      const bounds = { low: keys[index - 1] ?? low, high: keys[index] ?? high, level: level - 1 };
      this.#checkNode(childAt(words, node, index), bounds, into);
    }
  }

  /** Order, fences, prefix and heads of a node's keys. */
  #checkKeys(
    node: number,
    keys: number[],
    fences: { low: number; high: number; level: number },
    say: (text: string) => void,
  ): void {
    const { memory } = this;
    const { words } = memory;
    const content = contentPrefix(words, node);
    const fence = words[node + PREFIX]! & 0xffff;
    if (fence > content) say(`fence prefix ${fence} is longer than content prefix ${content}`);
    const sample = words[node + SAMPLE]!;
    for (const [index, key] of keys.entries()) {
      const before = keys[index - 1] ?? 0;
      if (before !== 0 && compareKeys(memory, before, key, 0) >= 0)
        say(`key ${index} is out of order`);
      if (fences.low !== 0 && compareKeys(memory, fences.low, key, 0) > 0)
        say(`key ${index} is too low`);
      if (fences.high !== 0 && compareKeys(memory, key, fences.high, 0) >= 0)
        say(`key ${index} is too high`);
      if (sharedBytes(memory, key, sample) < content) say(`key ${index} has another prefix`);
      const at = fences.level === 0 ? ENTRIES + 2 * index : ENTRIES + index;
      if (words[node + at] !== headOf(memory, key, content)) say(`head ${index} is stale`);
      if (fences.level === 0) continue;
      if (words[node + TAILS + index] !== headOf(memory, key, content + 4))
        say(`tail ${index} is stale`);
    }
  }

  #checkLeaves(leaves: number[], found: string[]): void {
    const { words } = this.memory;
    for (const [index, leaf] of leaves.entries()) {
      if (words[leaf + BEFORE] !== (leaves[index - 1] ?? 0))
        found.push(`leaf ${index}: link before`);
      if (words[leaf + LINK] !== (leaves[index + 1] ?? 0)) found.push(`leaf ${index}: link after`);
    }
  }
}

/** All keys that a cursor gives, in runs. */
export function drain(cursor: MemtableCursor, fixture: MemtableFixture, run: number): string[] {
  const target = new Int32Array(run);
  const keys: string[] = [];
  while (!cursor.isDone) {
    const count = cursor.fill(target, run, run * 2);
    for (const location of target.subarray(0, count)) keys.push(fixture.keyAt(location));
  }
  return keys;
}

/** Eight bytes that sort as the number does. */
export function numberKey(number: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setUint32(0, Math.floor(number / 2 ** 32));
  new DataView(key.buffer).setUint32(4, number % 2 ** 32);
  return key;
}
