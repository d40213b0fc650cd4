// Trees and value files without a store around them: folds lists of changes, reads back what a root
// shows, and checks that pages, live bytes and files agree.

import { privateMemory } from '../../src/cache/private-memory.js';
import { readCatalogue } from '../../src/fold/catalogue-reader.js';
import { TreeFolder } from '../../src/fold/tree-folder.js';
import type { TreeRoots } from '../../src/fold/tree-roots.js';
import { parseValueFileName } from '../../src/format/file-name.js';
import {
  BODY_RECORD,
  bodyAt,
  frameAt,
  hasFrame,
  INLINE_BODY_BYTES,
  TREE_CATALOGUE,
  TREE_DATA,
  valueBytesOf,
} from '../../src/format/tree-page.js';
import { valueEnd, valuesAt } from '../../src/format/value-frame.js';
import { TreeCheck } from '../../src/tree/check-tree.js';
import { TreeCursor } from '../../src/tree/cursor.js';
import { PageCache } from '../../src/tree/page-cache.js';
import { PageFile, pageSeed } from '../../src/tree/page-file.js';
import type { PagePointer } from '../../src/tree/page-pointer.js';
import { copyKey } from '../../src/tree/page-search.js';
import { FrameCache } from '../../src/value-log/frame-cache.js';
import { FrameChecksum } from '../../src/value-log/value-file.js';
import { ValueFiles } from '../../src/value-log/value-files.js';
import type { TestDisk } from './test-disk.js';

export const STORE_ID = new Uint8Array(16).fill(0x5a);
export const DIRECTORY = '/store';

export function folderOn(disk: TestDisk, roots: TreeRoots): TreeFolder {
  const options = {
    fileSystem: disk,
    directory: DIRECTORY,
    storeId: STORE_ID,
    inlineBytesMax: 64,
    fileBytes: 40_000,
    cacheBytes: 1 << 20,
  };
  return new TreeFolder(options, roots);
}

/** Keys and values that a root shows. */
export function contentsOf(disk: TestDisk, root: PagePointer): Map<string, string> {
  const contents = new Map<string, string>();
  if (root.page === 0) return contents;
  const file = disk.openRead(`${DIRECTORY}/index.tree`);
  const files = new ValueFiles(disk, DIRECTORY, new FrameChecksum(STORE_ID));
  const frames = new FrameCache(files, 1 << 20);
  const cursor = new TreeCursor(
    new PageCache(new PageFile(file, pageSeed(STORE_ID)), 65536),
    root,
    false,
  );
  const key = privateMemory(1024);
  for (cursor.seekEnd(); !cursor.isDone; cursor.advance()) {
    const { view, buffer } = cursor.memory;
    const text = key.buffer.toString('latin1', 0, copyKey(cursor.memory, 0, cursor.index, key, 0));
    const body = bodyAt(view, cursor.entry);
    const bytes = valueBytesOf(view, body);
    if (!hasFrame(view, body)) {
      const start = body + INLINE_BODY_BYTES;
      contents.set(text, buffer.toString('latin1', start, start + bytes));
      continue;
    }
    const frame = frameAt(view, 0, body);
    const [id, offset, length, checksum] = [0, 4, 8, 12].map((at) =>
      view.getUint32(frame + at, true),
    );
    const at = frames.load(id!, offset!, length!, checksum!);
    const record = view.getUint8(body + BODY_RECORD);
    const first = valuesAt(frames.memory.view, at);
    const start = record === 0 ? 0 : valueEnd(frames.memory.view, at, record - 1);
    const end = valueEnd(frames.memory.view, at, record);
    if (end - start !== bytes) throw new Error(`${text} has ${end - start} bytes, not ${bytes}`);
    contents.set(text, frames.memory.buffer.toString('latin1', first + start, first + end));
  }
  file.close();
  files.close();
  return contents;
}

/** A thread's way to read what a root shows. */
export function readersOn(disk: TestDisk): { cache: PageCache; frames: FrameCache } {
  const file = disk.openRead(`${DIRECTORY}/index.tree`);
  const files = new ValueFiles(disk, DIRECTORY, new FrameChecksum(STORE_ID));
  const cache = new PageCache(new PageFile(file, pageSeed(STORE_ID)), 1 << 18);
  return { cache, frames: new FrameCache(files, 1 << 16) };
}

/** Everything that does not agree in a store of which nothing but these roots is read. */
export function disagreements(disk: TestDisk, roots: TreeRoots, folder?: TreeFolder): string[] {
  const problems: string[] = [];
  if (roots.pages === 0) return problems;
  const file = disk.openRead(`${DIRECTORY}/index.tree`);
  if (file.size() < roots.pages * 4096) problems.push(`index.tree has ${file.size()} bytes`);
  const reader = new PageFile(file, pageSeed(STORE_ID));
  const seen = new Set<number>();
  const check = (tree: number, root: PagePointer) =>
    new TreeCheck(reader, tree, {
      problem: ({ page, message }) => problems.push(`page ${page}: ${message}`),
      seen: (page) => seen.size === seen.add(page).size,
    }).run(root);
  const facts = check(TREE_DATA, roots.root);
  check(TREE_CATALOGUE, roots.catalogue);
  if (facts.keys !== roots.keys) problems.push(`${facts.keys} keys, not ${roots.keys}`);
  for (const page of seen) if (page >= roots.pages) problems.push(`page ${page} is beyond the end`);
  if (folder !== undefined && folder.pagesUsed !== seen.size) {
    problems.push(`${folder.pagesUsed} pages in use, not ${seen.size}`);
  }
  const { valueFiles } = readCatalogue(new PageCache(reader, 65536), roots.catalogue);
  for (const [id, { liveBytes }] of valueFiles) {
    const live = facts.liveBytes.get(id) ?? 0;
    if (live !== liveBytes) problems.push(`file ${id} has ${live} live bytes, not ${liveBytes}`);
  }
  const named = disk
    .list(DIRECTORY)
    .map(parseValueFileName)
    .filter((id) => id !== 0);
  for (const id of valueFiles.keys())
    if (!named.includes(id)) problems.push(`file ${id} is not there`);
  for (const id of facts.liveBytes.keys())
    if (!valueFiles.has(id)) problems.push(`file ${id} is not named`);
  if (folder !== undefined) {
    for (const id of named) if (!valueFiles.has(id)) problems.push(`file ${id} is left over`);
  }
  file.close();
  return problems;
}
