// Finds the pages that a root leads to, by reading inner pages only: what is not found is free.

import { privateMemory } from '../cache/private-memory.js';
import { countOf, levelOf, PAGE_BYTES } from '../format/tree-page.js';
import type { PageAllocator } from '../tree/page-allocator.js';
import type { PageReader } from '../tree/page-file.js';
import type { PagePointer } from '../tree/page-pointer.js';
import { childPointer } from '../tree/tree-search.js';

/** Marks the pages of a tree as used. Throws CORRUPT if a page is damaged or has two pointers. */
export function markPages(reader: PageReader, allocator: PageAllocator, root: PagePointer): void {
  if (root.page === 0) return;
  markPage(reader, allocator, root.page);
  const memory = privateMemory(PAGE_BYTES);
  reader.read(root.page, root.checksum, memory, 0);
  if (levelOf(memory.bytes, 0) > 0) markBelow(reader, allocator, root, levelOf(memory.bytes, 0));
}

/** Marks all pages below the inner page that a pointer names. */
function markBelow(
  reader: PageReader,
  allocator: PageAllocator,
  pointer: PagePointer,
  level: number,
): void {
  const memory = privateMemory(PAGE_BYTES);
  reader.read(pointer.page, pointer.checksum, memory, 0);
  // So that no damage, however it came about, makes the walk run in circles.
  if (levelOf(memory.bytes, 0) !== level) {
    throw reader.corrupt(pointer.page, 'its level is not that of a child of its parent');
  }
  const count = countOf(memory.view, 0);
  for (let index = 0; index < count; index++) {
    const child = childPointer(memory, 0, index);
    markPage(reader, allocator, child.page);
    if (level > 1) markBelow(reader, allocator, child, level - 1);
  }
}

function markPage(reader: PageReader, allocator: PageAllocator, page: number): void {
  if (!allocator.mark(page)) throw reader.corrupt(page, 'two pointers lead to it');
}
