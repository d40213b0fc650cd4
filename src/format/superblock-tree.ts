// docs/format.md, "Superblock": the part of a slot that says where the trees are.

import { isUint32, isZero, readUint64, writeUint64 } from './uint64.js';

export const TREE_OFFSET = 96;
const CATALOGUE_OFFSET = TREE_OFFSET + 16;
const NEXT_VALUE_FILE_OFFSET = CATALOGUE_OFFSET + 8;
const RESERVED_OFFSET = NEXT_VALUE_FILE_OFFSET + 4;
const KEYS_OFFSET = RESERVED_OFFSET + 4;
const RESERVED_TOO_OFFSET = KEYS_OFFSET + 8;
export const TREE_FIELDS_END = RESERVED_TOO_OFFSET + 8;

/** Where the trees are, and what has been given out with them. */
export interface TreeRoots {
  /** Page and its checksum, as int32; page 0: an empty tree. */
  root: { page: number; checksum: number };
  catalogue: { page: number; checksum: number };
  /** Number of the last merge; 0 before the first. */
  merge: number;
  /** Pages that index.tree has at least, its header included; 0: there is no such file. */
  pages: number;
  /** Keys in the tree. */
  keys: number;
  /** Id of the next value file to be made. */
  nextValueFile: number;
}

/** Writes the part of the slot that `view` shows. */
export function encodeTree(view: DataView, tree: TreeRoots): void {
  view.setUint32(TREE_OFFSET, tree.root.page, true);
  view.setInt32(TREE_OFFSET + 4, tree.root.checksum, true);
  view.setUint32(TREE_OFFSET + 8, tree.merge, true);
  view.setUint32(TREE_OFFSET + 12, tree.pages, true);
  view.setUint32(CATALOGUE_OFFSET, tree.catalogue.page, true);
  view.setInt32(CATALOGUE_OFFSET + 4, tree.catalogue.checksum, true);
  view.setUint32(NEXT_VALUE_FILE_OFFSET, tree.nextValueFile, true);
  writeUint64(view, KEYS_OFFSET, tree.keys);
}

/** What the part of the slot states. */
export function decodeTree(view: DataView): TreeRoots {
  const pointer = (at: number) => ({
    page: view.getUint32(at, true),
    checksum: view.getInt32(at + 4, true),
  });
  return {
    root: pointer(TREE_OFFSET),
    catalogue: pointer(CATALOGUE_OFFSET),
    merge: view.getUint32(TREE_OFFSET + 8, true),
    pages: view.getUint32(TREE_OFFSET + 12, true),
    keys: readUint64(view, KEYS_OFFSET),
    nextValueFile: view.getUint32(NEXT_VALUE_FILE_OFFSET, true),
  };
}

/** Roots lie in the file; what is empty has no keys. */
export function isTreeSound(tree: TreeRoots): boolean {
  const { root, catalogue, merge, pages, keys, nextValueFile } = tree;
  if (![root.page, catalogue.page, merge, pages, nextValueFile].every(isUint32)) return false;
  if (pages === 0 || root.page >= pages || catalogue.page >= pages) return false;
  if (nextValueFile === 0 || !Number.isSafeInteger(keys) || keys < 0) return false;
  for (const { page, checksum } of [root, catalogue]) {
    if (page === 0 ? checksum !== 0 : merge === 0) return false;
  }
  return (root.page === 0) === (keys === 0);
}

/** True if what the part keeps for later is zero. */
export function isTreeReservedZero(slot: Uint8Array): boolean {
  return (
    isZero(slot, RESERVED_OFFSET, KEYS_OFFSET) && isZero(slot, RESERVED_TOO_OFFSET, TREE_FIELDS_END)
  );
}
