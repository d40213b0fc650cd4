// Reads the catalogue: what it says of value files, and the facts of the newest commit.

import { privateMemory } from '../cache/private-memory.js';
import type { ValueFileFact } from '../format/catalogue.js';
import {
  CATALOGUE_COMMIT,
  CATALOGUE_VALUE_FILE,
  decodeValueFileFact,
  valueFileOfKey,
} from '../format/catalogue.js';
import {
  bodyAt,
  INLINE_BODY_BYTES,
  PAGE_KEY_BYTES_MAX,
  valueBytesOf,
} from '../format/tree-page.js';
import { TreeCursor } from '../tree/cursor.js';
import type { PageCache } from '../tree/page-cache.js';
import type { PagePointer } from '../tree/page-pointer.js';
import { copyKey } from '../tree/page-search.js';

export interface Catalogue {
  valueFiles: Map<number, ValueFileFact>;
  /** Facts of the newest commit as a section states them; undefined if there was none. */
  commit: Uint8Array | undefined;
  /** Entries that the commit takes. */
  commitParts: number;
}

/** All that the catalogue says. Throws CORRUPT for a page or an entry that is damaged. */
export function readCatalogue(cache: PageCache, root: PagePointer): Catalogue {
  const valueFiles = new Map<number, ValueFileFact>();
  const parts: Uint8Array[] = [];
  const cursor = new TreeCursor(cache, root, false);
  const target = privateMemory(PAGE_KEY_BYTES_MAX);
  for (cursor.seekEnd(); !cursor.isDone; cursor.advance()) {
    const key = target.bytes.slice(0, copyKey(cursor.memory, 0, cursor.index, target, 0));
    const body = bodyAt(cursor.memory.view, cursor.entry);
    const start = body + INLINE_BODY_BYTES;
    const value = cursor.memory.bytes.slice(start, start + valueBytesOf(cursor.memory.view, body));
    if (key[0] === CATALOGUE_VALUE_FILE) {
      const id = valueFileOfKey(key);
      const fact = decodeValueFileFact(value);
      if (id === 0 || fact === undefined) throw malformed(cache, root);
      valueFiles.set(id, fact);
    } else if (key[0] === CATALOGUE_COMMIT) parts.push(value);
    else throw malformed(cache, root);
  }
  const commit = parts.length === 0 ? undefined : Uint8Array.from(Buffer.concat(parts));
  return { valueFiles, commit, commitParts: parts.length };
}

function malformed(cache: PageCache, root: PagePointer): Error {
  return cache.corrupt(root.page, 'an entry of the catalogue is malformed');
}
