// A tree alone, in a file in memory: merges are given as maps of keys, and the whole structure is
// checked after each, with the pages that are used and those that are free.

import { privateMemory } from '../../src/cache/private-memory.js';
import { KIND_DELETE, KIND_PUT, kindWord } from '../../src/format/operation.js';
import {
  BODY_RECORD,
  bodyAt,
  CHILD_BODY_BYTES,
  CHILD_CHECKSUM,
  CHILD_EXPIRY,
  CHILD_PAGE,
  countOf,
  entryAt,
  frameAt,
  hasFrame,
  INLINE_BODY_BYTES,
  levelOf,
  PAGE_BYTES,
  TREE_DATA,
  valueBytesOf,
  versionOf,
} from '../../src/format/tree-page.js';
import { ChangeList } from '../../src/tree/change-list.js';
import type { TreeFacts } from '../../src/tree/check-tree.js';
import { TreeCheck } from '../../src/tree/check-tree.js';
import { TreeCursor } from '../../src/tree/cursor.js';
import type { MergeResult } from '../../src/tree/merge.js';
import { TreeMerge } from '../../src/tree/merge.js';
import { MergePages } from '../../src/tree/merge-pages.js';
import { PageAllocator } from '../../src/tree/page-allocator.js';
import { PageCache } from '../../src/tree/page-cache.js';
import { PageFile, PageWriter, pageSeed } from '../../src/tree/page-file.js';
import { PageLayout } from '../../src/tree/page-layout.js';
import type { PagePointer } from '../../src/tree/page-pointer.js';
import { NO_PAGE } from '../../src/tree/page-pointer.js';
import { copyKey } from '../../src/tree/page-search.js';
import { StagedEntries } from '../../src/tree/staged-entries.js';
import { MemoryFile } from './memory-file.js';

/** What a leaf holds of a key: the value, or where it stands. */
export interface TreeValue {
  value: string;
  version: number;
  frame?: { file: number; offset: number; bytes: number; checksum: number; record: number };
}

/** A put, or a delete if undefined. */
export type TreeChange = TreeValue | undefined;

export class TreeFixture {
  readonly file = new MemoryFile();
  readonly seed = pageSeed(new Uint8Array(16).fill(7));
  readonly reader = new PageFile(this.file, this.seed);
  readonly writer = new PageWriter(this.file, this.seed);
  readonly allocator = new PageAllocator();
  readonly cache: PageCache;
  root: PagePointer = NO_PAGE;
  merges = 0;
  now = 0;

  constructor(cacheBytes = 1 << 20) {
    this.cache = new PageCache(this.reader, cacheBytes);
  }

  /** Merges changes, keys given as latin1 text; frees what the merge before replaced. */
  merge(changes: ReadonlyMap<string, TreeChange>, isRewrite = false): MergeResult {
    const merge = ++this.merges;
    const list = changeList(changes);
    const { cache, writer, allocator } = this;
    const pages = new MergePages({ cache, writer, allocator }, merge);
    allocator.rewind();
    const options = { tree: TREE_DATA, now: this.now, isRewrite };
    const result = new TreeMerge(pages, list, options).run(this.root, 0, list.count);
    this.root = result.root;
    return result;
  }

  /** Frees what is not needed for the present root and the pinned ones. */
  reclaim(pinned: readonly number[] = []): number {
    return this.allocator.reclaim(this.merges, pinned);
  }

  /** Makes an inner page of children by hand, however few; returns its pointer. */
  makeInner(
    level: number,
    children: readonly { separator: string; child: PagePointer }[],
  ): PagePointer {
    const staged = new StagedEntries();
    for (const { separator, child } of children) {
      const bytes = staged.memory.buffer.write(separator, staged.nextKeyAt, 'latin1');
      const body = staged.add(bytes, CHILD_BODY_BYTES);
      staged.memory.view.setUint32(body + CHILD_PAGE, child.page, true);
      staged.memory.view.setInt32(body + CHILD_CHECKSUM, child.checksum, true);
      staged.memory.view.setUint32(body + CHILD_EXPIRY, 0, true);
    }
    const layout = new PageLayout();
    layout.fit(staged, PAGE_BYTES);
    const page = this.allocator.take();
    const at = this.writer.place(page);
    layout.write(staged, this.writer.memory, at, {
      page,
      merge: this.merges,
      tree: TREE_DATA,
      level,
    });
    const checksum = this.writer.seal(at);
    this.writer.flush();
    return { page, checksum };
  }

  /** Everything wrong with the tree under a root, and with which pages are used. */
  problems(root = this.root, isAlone = true): { problems: string[]; facts: TreeFacts } {
    const problems: string[] = [];
    const seen = new Set<number>();
    const check = new TreeCheck(this.reader, TREE_DATA, {
      problem: ({ page, level, message }) =>
        problems.push(`page ${page}, level ${level}: ${message}`),
      seen: (page) => seen.size === seen.add(page).size,
    });
    const facts = check.run(root);
    for (const page of seen)
      if (!this.allocator.isUsed(page)) problems.push(`page ${page} counts as free`);
    const expected = seen.size + this.allocator.retired;
    if (isAlone && this.allocator.used !== expected) {
      problems.push(`${this.allocator.used} pages are in use, ${expected} should be`);
    }
    return { problems, facts };
  }

  /** All entries under a root, in the order of the tree. */
  entries(root = this.root): [string, TreeValue][] {
    const entries: [string, TreeValue][] = [];
    if (root.page !== 0) this.#collect(root, entries);
    return entries;
  }

  /** The keys of each leaf, from the one that holds a key on; two of them. */
  leavesFrom(key: string): string[][] {
    const target = privateMemory(1024);
    const cursor = new TreeCursor(this.cache, this.root, false);
    cursor.seek(target, 0, target.buffer.write(key, 0, 'latin1'), false);
    const leaves: string[][] = [];
    while (!cursor.isDone && leaves.length < 2) {
      const count = countOf(cursor.memory.view, 0);
      leaves.push(
        Array.from({ length: count }, (_, index) =>
          target.buffer.toString('latin1', 0, copyKey(cursor.memory, 0, index, target, 0)),
        ),
      );
      for (let left = count - cursor.index; left > 0; left--) cursor.advance();
    }
    return leaves;
  }

  #collect(pointer: PagePointer, entries: [string, TreeValue][]): void {
    const memory = privateMemory(4096);
    this.reader.read(pointer.page, pointer.checksum, memory, 0);
    const { view } = memory;
    const count = countOf(view, 0);
    for (let index = 0; index < count; index++) {
      const body = bodyAt(view, entryAt(view, 0, count, index));
      if (levelOf(memory.bytes, 0) > 0) {
        const checksum = view.getInt32(body + CHILD_CHECKSUM, true);
        this.#collect({ page: view.getUint32(body + CHILD_PAGE, true), checksum }, entries);
        continue;
      }
      const key = privateMemory(1024);
      const bytes = copyKey(memory, 0, index, key, 0);
      const length = valueBytesOf(view, body);
      const version = versionOf(view, body);
      const text = key.buffer.toString('latin1', 0, bytes);
      if (!hasFrame(view, body)) {
        const value = memory.buffer.toString(
          'latin1',
          body + INLINE_BODY_BYTES,
          body + INLINE_BODY_BYTES + length,
        );
        entries.push([text, { value, version }]);
        continue;
      }
      const frame = frameAt(view, 0, body);
      entries.push([
        text,
        {
          value: 'v'.repeat(length),
          version,
          frame: {
            file: view.getUint32(frame, true),
            offset: view.getUint32(frame + 4, true),
            bytes: view.getUint32(frame + 8, true),
            checksum: view.getUint32(frame + 12, true),
            record: view.getUint8(body + BODY_RECORD),
          },
        },
      ]);
    }
  }
}

/** Operations in memory of their own, sorted by key. */
export function changeList(changes: ReadonlyMap<string, TreeChange>): ChangeList {
  const sorted = [...changes].map(([key, change]) => ({ key: Buffer.from(key, 'latin1'), change }));
  sorted.sort((a, b) => Buffer.compare(a.key, b.key));
  const bytes = sorted.reduce(
    (sum, { key, change }) => sum + 32 + key.length + (change?.value.length ?? 0),
    64,
  );
  const memory = privateMemory(bytes);
  const list = new ChangeList(memory, 0);
  let at = 8;
  for (const [index, { key, change }] of sorted.entries()) {
    const word = at >>> 2;
    memory.words[word] = kindWord(change === undefined ? KIND_DELETE : KIND_PUT, 0, key.length);
    memory.words[word + 1] = change?.value.length ?? 0;
    memory.words[word + 2] = change?.version ?? 0;
    memory.bytes.set(key, at + 16);
    memory.bytes.set(Buffer.from(change?.value ?? '', 'latin1'), at + 16 + key.length);
    list.add(at >>> 3);
    const frame = change?.frame;
    if (frame !== undefined) list.point(index, frame, frame.record);
    at = (at + 16 + key.length + (change?.value.length ?? 0) + 7) & -8;
  }
  return list;
}
