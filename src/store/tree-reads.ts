// The tree and its values as one thread reads them: through caches and descriptors of its own. What
// was found holds until the next look. The caller sees to it that the root is not given up
// meanwhile.

import type { PoolMemory } from '../control/pool.js';
import { TREE_NAME } from '../format/file-name.js';
import { bodyAt, expiryMsOf, PAGE_BYTES, versionOf } from '../format/tree-page.js';
import { invariant } from '../invariant.js';
import type { ReadableFile, ReadOnlyFileSystem } from '../io/file-system.js';
import { PageCache } from '../tree/page-cache.js';
import { PageFile, pageSeed } from '../tree/page-file.js';
import type { PagePointer } from '../tree/page-pointer.js';
import type { TreeBounds } from '../tree/tree-range.js';
import { TreeRange } from '../tree/tree-range.js';
import { findEntry } from '../tree/tree-search.js';
import { FrameCache } from '../value-log/frame-cache.js';
import { FrameChecksum } from '../value-log/value-file.js';
import { ValueFiles } from '../value-log/value-files.js';
import type { ValueCodec } from '../values/value.js';
import { TreeValues } from './tree-entry.js';

/** Part of the cache that is for pages; the other is for values. */
const PAGES_PART = 0.5;

export interface TreeReadsOptions {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  storeId: Uint8Array;
  /** Memory for pages and values together. */
  cacheBytes: number;
}

export class TreeReads {
  readonly values: TreeValues;
  readonly #options: TreeReadsOptions;
  readonly #files: ValueFiles;
  readonly #frames: FrameCache;
  #file: ReadableFile | undefined;
  #cache: PageCache | undefined;
  /** Byte offset in the cache of the entry that was found last. */
  #entry = 0;

  constructor(options: TreeReadsOptions) {
    const { fileSystem, directory, storeId, cacheBytes } = options;
    this.#options = options;
    this.#files = new ValueFiles(fileSystem, directory, new FrameChecksum(storeId));
    this.#frames = new FrameCache(this.#files, cacheBytes * (1 - PAGES_PART));
    this.values = new TreeValues(this.#frames);
  }

  /** How often pages and frames were in memory, and how often not. */
  get counters(): { pages: Counters; frames: Counters } {
    const pages = this.#cache?.counters ?? { hits: 0, misses: 0 };
    return { pages, frames: this.#frames.counters };
  }

  /**
   * Looks for a key, which stands in `key` from byte `start` on, in the tree under a root; false if
   * it is not there. Throws CORRUPT with file and offset, IO_ERROR.
   */
  find(root: PagePointer, key: PoolMemory, start: number, length: number): boolean {
    if (root.page === 0) return false;
    this.#cache ??= this.#open();
    this.#entry = findEntry(this.#cache, root.page, root.checksum, key, start, length);
    return this.#entry !== 0;
  }

  /** Full sequence of the write that put the entry found there. */
  get version(): number {
    const { view } = this.#found();
    return versionOf(view, bodyAt(view, this.#entry));
  }

  /** When the entry found expires, in milliseconds; 0 = never. */
  get expiresAt(): number {
    const { view } = this.#found();
    return expiryMsOf(view, bodyAt(view, this.#entry));
  }

  /**
   * The value of the entry found, as the caller's own. Throws CORRUPT with file and offset,
   * IO_ERROR.
   */
  value<V>(codec: ValueCodec<V>): V {
    const at = this.#entry - (this.#entry % PAGE_BYTES);
    this.values.find(this.#found(), at, this.#entry);
    return codec.decode(this.values.memory, this.values.start, this.values.end);
  }

  /** A walk over the tree under a root. */
  range(root: PagePointer, bounds: TreeBounds, isReverse: boolean): TreeRange {
    this.#cache ??= this.#open();
    return new TreeRange(this.#cache, root, bounds, isReverse);
  }

  /** Closes a value file that is about to go. */
  forget(valueFile: number): void {
    this.#files.forget(valueFile);
  }

  /** Closes all files. */
  close(): void {
    this.#files.close();
    this.#file?.close();
    this.#file = undefined;
    this.#cache = undefined;
    this.#entry = 0;
  }

  #found(): PoolMemory {
    invariant(this.#entry !== 0, 'an entry was found');
    return this.#cache!.memory;
  }

  #open(): PageCache {
    const { fileSystem, directory, storeId, cacheBytes } = this.#options;
    this.#file = fileSystem.openRead(fileSystem.join(directory, TREE_NAME));
    return new PageCache(new PageFile(this.#file, pageSeed(storeId)), cacheBytes * PAGES_PART);
  }
}

interface Counters {
  hits: number;
  misses: number;
}
