// The owner of the trees and value files for writing: brings lists of changes in, one root after
// the other, notes in the catalogue what that does to value files, and makes all of it durable.
// Nothing of it counts before a superblock names the new roots; then commit() gives free what they
// replaced. A plain function over files: whoever runs it, alone. After a failure, abandon() and
// begin again.

import { crc32 } from '../codec/crc32.js';
import { LaneError } from '../errors.js';
import { VALUE_FILE_LIVE } from '../format/catalogue.js';
import { isSameStore } from '../format/file-header.js';
import { parseValueFileName, TREE_NAME, valueFileName } from '../format/file-name.js';
import { decodeTreeHeader, encodeTreeHeader, PAGED_HEADER_BYTES } from '../format/tree-file.js';
import { PAGE_BYTES, TREE_CATALOGUE, TREE_DATA } from '../format/tree-page.js';
import { invariant } from '../invariant.js';
import { removeIfThere, replaceFile } from '../io/durable-rename.js';
import type { WritableFile } from '../io/file-system.js';
import type { ChangeList } from '../tree/change-list.js';
import type { MergeResult } from '../tree/merge.js';
import { TreeMerge } from '../tree/merge.js';
import { MergePages } from '../tree/merge-pages.js';
import { PageAllocator } from '../tree/page-allocator.js';
import { PageCache } from '../tree/page-cache.js';
import { PageFile, PageWriter, pageSeed } from '../tree/page-file.js';
import type { PagePointer } from '../tree/page-pointer.js';
import { CatalogueChanges } from './catalogue-changes.js';
import type { Catalogue } from './catalogue-reader.js';
import { readCatalogue } from './catalogue-reader.js';
import { markPages } from './mark-pages.js';
import type { PackOptions, PackStart } from './pack-values.js';
import { ValuePacker } from './pack-values.js';
import type { TreeRoots } from './tree-roots.js';

export interface FolderOptions extends PackOptions {
  /** Memory for pages that are read. */
  cacheBytes: number;
}

export interface FoldOptions {
  /** Milliseconds; what expires then is dropped where it is met. */
  now: number;
  /** Numbers of merges whose roots somebody still reads. */
  pinned: readonly number[];
  /** Facts of the newest commit, if there is one among the changes. */
  commit?: Uint8Array | undefined;
  /** Every leaf is written anew, full. */
  isRewrite?: boolean | undefined;
}

/** A root that a fold went through. */
export interface FoldedRoot {
  root: PagePointer;
  merge: number;
}

export interface Folded {
  roots: TreeRoots;
  /** The root after each list of changes. */
  steps: FoldedRoot[];
  /** Value files that go with the commit. */
  deadFiles: number[];
  /** What the catalogue says then. */
  catalogue: Catalogue;
  /** Numbers of merges whose roots are still read. */
  pinned: readonly number[];
  pagesWritten: number;
  leavesMade: number;
}

interface OpenTree {
  file: WritableFile;
  cache: PageCache;
  writer: PageWriter;
  allocator: PageAllocator;
  catalogue: Catalogue;
}

/** One merge: into which tree, from which root. */
interface MergeStep {
  tree: number;
  root: PagePointer;
  merge: number;
}

export class TreeFolder {
  readonly #options: FolderOptions;
  #roots: TreeRoots;
  #tree: OpenTree | undefined;
  #packer: ValuePacker | undefined;

  constructor(options: FolderOptions, roots: TreeRoots) {
    this.#options = options;
    this.#roots = roots;
  }

  /** What was committed last. */
  get roots(): TreeRoots {
    return this.#roots;
  }

  /** Pages of index.tree that are in use, those that wait to be given free included. */
  get pagesUsed(): number {
    return this.#tree?.allocator.used ?? 0;
  }

  /**
   * Merges lists of changes, one after the other. All that the returned roots lead to is durable.
   * Throws DISK_FULL, IO_ERROR, CORRUPT: then abandon() before anything else.
   */
  fold(lists: readonly ChangeList[], options: FoldOptions): Folded {
    this.#tree ??= this.#open();
    const { allocator, writer, catalogue, file } = this.#tree;
    const packer = new ValuePacker(this.#options, this.#packStart(catalogue));
    this.#packer = packer;
    const facts = new CatalogueChanges(catalogue);
    const pagesBefore = writer.pagesWritten;
    let { root, merge, keys } = this.#roots;
    let leavesMade = 0;
    const steps: FoldedRoot[] = [];
    allocator.rewind();
    for (const list of lists) {
      if (list.count > 0 || options.isRewrite === true) {
        packer.pack(list, 0, list.count);
        merge++;
        const result = this.#merge(list, { tree: TREE_DATA, root, merge }, options);
        root = result.root;
        keys += result.count.keysAdded - result.count.keysRemoved;
        leavesMade += result.leavesMade;
        facts.addLive(result.count.liveBytes);
      }
      steps.push({ root, merge });
    }
    const read = [...options.pinned, ...steps.slice(0, -1).map((step) => step.merge)];
    const { commit } = options;
    const changes = facts.finish({ packed: packer.files, commit, merge, read });
    let { catalogue: catalogueRoot } = this.#roots;
    if (changes.count > 0) {
      merge++;
      const step = { tree: TREE_CATALOGUE, root: catalogueRoot, merge };
      catalogueRoot = this.#merge(changes.changes(merge), step, {
        ...options,
        isRewrite: false,
      }).root;
    }
    packer.finish();
    file.sync();
    return {
      roots: {
        root,
        catalogue: catalogueRoot,
        merge,
        pages: allocator.liveEnd,
        keys,
        nextValueFile: packer.nextId,
      },
      steps,
      deadFiles: facts.deadFiles,
      catalogue: facts.next,
      pinned: read,
      pagesWritten: writer.pagesWritten - pagesBefore,
      leavesMade,
    };
  }

  /**
   * To be called when a superblock that names the new roots is durable, and nobody looks at the old
   * ones but those who pinned them: gives free what was replaced, and removes files.
   */
  commit(folded: Folded): void {
    invariant(this.#tree !== undefined, 'what was folded is committed once');
    this.#packer = undefined;
    this.#roots = folded.roots;
    this.#tree.catalogue = folded.catalogue;
    const { allocator, file } = this.#tree;
    allocator.reclaim(folded.roots.merge, folded.pinned);
    // Never below what the superblock says: pages that it does not need may still be pinned.
    const bytes = allocator.trim() * PAGE_BYTES;
    if (bytes < file.size()) file.truncate(bytes);
    const { fileSystem, directory } = this.#options;
    for (const id of folded.deadFiles) {
      removeIfThere(fileSystem, fileSystem.join(directory, valueFileName(id)));
    }
  }

  /** Forgets a fold that failed, or that no superblock names: what it wrote is free. */
  abandon(): void {
    this.#packer?.abandon();
    this.#packer = undefined;
    this.close();
  }

  /** Closes index.tree; the next fold opens it again. */
  close(): void {
    this.#tree?.file.close();
    this.#tree = undefined;
  }

  #merge(changes: ChangeList, step: MergeStep, options: FoldOptions): MergeResult {
    const { tree, root, merge } = step;
    const { now, isRewrite = false } = options;
    const merger = new TreeMerge(new MergePages(this.#tree!, merge), changes, {
      tree,
      now,
      isRewrite,
    });
    return merger.run(root, 0, changes.count);
  }

  #packStart(catalogue: Catalogue): PackStart {
    const last = Math.max(0, ...catalogue.valueFiles.keys());
    const fact = catalogue.valueFiles.get(last);
    const nextId = this.#roots.nextValueFile;
    if (fact?.state !== VALUE_FILE_LIVE) return { nextId };
    return { nextId, last: { id: last, bytes: fact.fileBytes } };
  }

  /** Removes value files that no superblock has ever known: a fold was cut off. */
  #removeLeftovers({ valueFiles }: Catalogue): void {
    const { fileSystem, directory } = this.#options;
    for (const name of fileSystem.list(directory)) {
      const id = parseValueFileName(name);
      if (id !== 0 && !valueFiles.has(id)) fileSystem.remove(fileSystem.join(directory, name));
    }
  }

  #open(): OpenTree {
    const { fileSystem, directory, storeId, cacheBytes } = this.#options;
    const path = fileSystem.join(directory, TREE_NAME);
    if (this.#roots.pages === 0) {
      replaceFile(fileSystem, directory, TREE_NAME, encodeTreeHeader(storeId, crc32));
    }
    const file = fileSystem.openWrite(path);
    try {
      refuseForeign(file, storeId);
      const seed = pageSeed(storeId);
      const reader = new PageFile(file, seed);
      const allocator = new PageAllocator();
      markPages(reader, allocator, this.#roots.root);
      markPages(reader, allocator, this.#roots.catalogue);
      const cache = new PageCache(reader, cacheBytes);
      const catalogue = readCatalogue(cache, this.#roots.catalogue);
      this.#removeLeftovers(catalogue);
      return { file, cache, writer: new PageWriter(file, seed), allocator, catalogue };
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

/** Throws CORRUPT unless the file is the tree of this store. */
function refuseForeign(file: WritableFile, storeId: Uint8Array): void {
  const bytes = new Uint8Array(PAGED_HEADER_BYTES);
  const length = file.read(bytes, 0, PAGED_HEADER_BYTES, 0);
  const header = decodeTreeHeader(bytes.subarray(0, length), crc32);
  if (typeof header !== 'string' && isSameStore(header.storeId, storeId)) return;
  const reason = typeof header === 'string' ? header : 'it belongs to another store';
  throw new LaneError('CORRUPT', `the header of the tree is damaged (${reason}): ${file.path}`, {
    file: file.path,
    offset: 0,
  });
}
