// What a superblock says of the trees of a store that has none yet.

import type { TreeRoots } from '../format/superblock-tree.js';
import { NO_PAGE } from '../tree/page-pointer.js';

export type { TreeRoots } from '../format/superblock-tree.js';

export const NO_TREE: TreeRoots = {
  root: NO_PAGE,
  catalogue: NO_PAGE,
  merge: 0,
  pages: 0,
  keys: 0,
  nextValueFile: 1,
};
