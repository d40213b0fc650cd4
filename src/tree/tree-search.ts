// Finding one key in a tree, from the root down through a cache.

import type { PoolMemory } from '../control/pool.js';
import {
  bodyAt,
  CHILD_CHECKSUM,
  CHILD_PAGE,
  countOf,
  entryAt,
  levelOf,
} from '../format/tree-page.js';
import type { PageCache } from './page-cache.js';
import type { PagePointer } from './page-pointer.js';
import { pointerAt } from './page-pointer.js';
import { searchChild, searchPage } from './page-search.js';

/**
 * Byte offset, in the cache's memory, of the entry of a key in the tree under a root; 0 if the key
 * is not there. It holds until the next load. Throws CORRUPT for a page that is not what its
 * pointer says.
 */
export function findEntry(
  cache: PageCache,
  page: number,
  checksum: number,
  key: PoolMemory,
  start: number,
  length: number,
): number {
  if (page === 0) return 0;
  const { memory } = cache;
  const { view, bytes } = memory;
  let at = cache.load(page, checksum);
  let level = levelOf(bytes, at);
  while (level > 0) {
    const index = searchChild(memory, at, key, start, length);
    const body = bodyAt(view, entryAt(view, at, countOf(view, at), index));
    const child = view.getUint32(body + CHILD_PAGE, true);
    at = loadChild(cache, child, view.getInt32(body + CHILD_CHECKSUM, true), level);
    level--;
  }
  const found = searchPage(memory, at, key, start, length);
  return found < 0 ? entryAt(memory.view, at, countOf(memory.view, at), ~found) : 0;
}

/** Pointer to a child of the inner page at byte `at`. */
export function childPointer(memory: PoolMemory, at: number, index: number): PagePointer {
  const { view } = memory;
  return pointerAt(view, bodyAt(view, entryAt(view, at, countOf(view, at), index)));
}

/** Loads a child of an inner page that is of `level`; returns its byte offset. */
export function loadChild(cache: PageCache, page: number, checksum: number, level: number): number {
  const at = cache.load(page, checksum);
  // So that no damage, however it came about, makes a search run in circles.
  if (levelOf(cache.memory.bytes, at) !== level - 1) {
    throw cache.corrupt(page, 'its level is not that of a child of its parent');
  }
  return at;
}
