// The tree alone, 500,000 keys of 16 bytes whose values stand in the value log: searches, walks and
// merges, over a file in the system's cache. No store, no log, no values read.

import { rmSync } from 'node:fs';

import { privateMemory } from '../../src/cache/private-memory.js';
import type { PoolMemory } from '../../src/control/pool.js';
import { KIND_PUT, kindWord } from '../../src/format/operation.js';
import { TREE_DATA } from '../../src/format/tree-page.js';
import type { WritableFile } from '../../src/io/file-system.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { ChangeList } from '../../src/tree/change-list.js';
import { TreeMerge } from '../../src/tree/merge.js';
import { MergePages } from '../../src/tree/merge-pages.js';
import { PageAllocator } from '../../src/tree/page-allocator.js';
import { PageCache } from '../../src/tree/page-cache.js';
import { PageFile, PageWriter, pageSeed } from '../../src/tree/page-file.js';
import type { PagePointer } from '../../src/tree/page-pointer.js';
import { NO_PAGE } from '../../src/tree/page-pointer.js';
import { TreeRange } from '../../src/tree/tree-range.js';
import { findEntry } from '../../src/tree/tree-search.js';
import { shuffled } from '../data.js';
import type { Loop, Primitive } from './primitive.js';

const KEYS = 500_000;
const KEY_BYTES = 16;
const OPERATION_BYTES = 32;
const VALUE_BYTES = 128;
const RECORDS_PER_FRAME = 24;
const MIB = 1024 * 1024;
const FOLDER_CACHE_BYTES = 4 * MIB;

class BenchTree {
  readonly cache: PageCache;
  root: PagePointer = NO_PAGE;
  readonly #path: string;
  readonly #file: WritableFile;
  readonly #writer: PageWriter;
  readonly #folderCache: PageCache;
  readonly #allocator = new PageAllocator();
  #merges = 0;

  constructor(directory: string, cacheBytes: number) {
    const fileSystem = new NodeFileSystem({ native: false });
    this.#path = fileSystem.join(directory, 'index.tree');
    rmSync(this.#path, { force: true });
    this.#file = fileSystem.create(this.#path);
    const seed = pageSeed(new Uint8Array(16));
    this.#writer = new PageWriter(this.#file, seed);
    this.#folderCache = new PageCache(new PageFile(this.#file, seed), FOLDER_CACHE_BYTES);
    this.cache = new PageCache(new PageFile(this.#file, seed), cacheBytes);
    const all = Uint32Array.from({ length: KEYS }, (_, index) => index);
    this.merge(this.changes(all));
  }

  /** Puts of keys, given as their numbers in ascending order. */
  changes(numbers: Uint32Array): ChangeList {
    const memory = privateMemory(OPERATION_BYTES * (numbers.length + 1));
    const list = new ChangeList(memory, 0);
    for (const [index, number] of numbers.entries()) {
      const at = OPERATION_BYTES * index + 8;
      memory.words[at >>> 2] = kindWord(KIND_PUT, 0, KEY_BYTES);
      memory.words[(at >>> 2) + 1] = VALUE_BYTES;
      memory.words[(at >>> 2) + 2] = index + 1;
      writeKey(memory, at + 16, number);
      list.add(at >>> 3);
      const frame = Math.floor(index / RECORDS_PER_FRAME);
      const offset = (this.#merges << 18) + frame * 512;
      const place = { file: 1, offset, bytes: 4000, checksum: frame };
      list.point(index, place, index % RECORDS_PER_FRAME);
    }
    return list;
  }

  merge(changes: ChangeList): number {
    const parts = { cache: this.#folderCache, writer: this.#writer, allocator: this.#allocator };
    this.#merges++;
    this.#allocator.rewind();
    const options = { tree: TREE_DATA, now: 0, isRewrite: false };
    const merge = new TreeMerge(new MergePages(parts, this.#merges), changes, options);
    const result = merge.run(this.root, 0, changes.count);
    this.root = result.root;
    this.#allocator.reclaim(this.#merges, []);
    return result.leavesMade;
  }

  close(): void {
    this.#file.close();
    rmSync(this.#path, { force: true });
  }
}

function writeKey(memory: PoolMemory, at: number, number: number): void {
  memory.buffer.write(`user:${String(number).padStart(KEY_BYTES - 5, '0')}`, at, 'latin1');
}

function findLoop(directory: string, cacheBytes: number): Loop {
  const tree = new BenchTree(directory, cacheBytes);
  const keys = privateMemory(KEYS * KEY_BYTES);
  for (const [at, number] of shuffled(KEYS, 3).entries()) writeKey(keys, at * KEY_BYTES, number);
  let next = 0;
  return {
    run(iterations) {
      const { page, checksum } = tree.root;
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        const entry = findEntry(tree.cache, page, checksum, keys, next * KEY_BYTES, KEY_BYTES);
        if (entry === 0) throw new Error('a key is missing');
        sum += entry;
        next = next + 1 === KEYS ? 0 : next + 1;
      }
      return sum;
    },
    close: () => tree.close(),
  };
}

function walkLoop(directory: string, isReverse: boolean): Loop {
  const tree = new BenchTree(directory, 64 * MIB);
  const open = { lower: undefined, upper: undefined, isLowerIncluded: true, isUpperIncluded: true };
  const range = new TreeRange(tree.cache, tree.root, open, isReverse);
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        if (range.isDone) range.begin();
        else range.advance();
        sum += range.index;
      }
      return sum;
    },
    close: () => tree.close(),
  };
}

/** One merge that overwrites `count` keys, others each time. */
function mergeLoop(directory: string, count: number): Loop {
  const tree = new BenchTree(directory, MIB);
  let turn = 0;
  const prepare = (): ChangeList => tree.changes(shuffled(KEYS, ++turn).slice(0, count).sort());
  let changes = prepare();
  return {
    run(iterations) {
      let leaves = 0;
      for (let i = 0; i < iterations; i++) leaves += tree.merge(changes);
      return leaves;
    },
    rest() {
      changes = prepare();
    },
    close: () => tree.close(),
  };
}

export const treePrimitives: readonly Primitive[] = [
  { name: 'tree: find, cached', prepare: (directory) => findLoop(directory, 64 * MIB) },
  { name: 'tree: find, one page read', prepare: (directory) => findLoop(directory, MIB) },
  { name: 'tree: walk, per entry', prepare: (directory) => walkLoop(directory, false) },
  { name: 'tree: walk in reverse, per entry', prepare: (directory) => walkLoop(directory, true) },
  { name: 'tree: merge of 5,000 keys', prepare: (directory) => mergeLoop(directory, 5000) },
  { name: 'tree: merge of 250,000 keys', prepare: (directory) => mergeLoop(directory, 250_000) },
];
