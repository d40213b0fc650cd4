// What a superblock says of the trees: where their roots are and what has been given out.

import type { PagePointer } from '../tree/page-pointer.js';
import { NO_PAGE } from '../tree/page-pointer.js';

export interface TreeRoots {
  root: PagePointer;
  catalogue: PagePointer;
  /** Number of the last merge; 0 before the first. */
  merge: number;
  /** Pages that index.tree has at least, its header included; 0: there is no such file. */
  pages: number;
  /** Keys in the tree. */
  keys: number;
  /** Id of the next value file to be made. */
  nextValueFile: number;
}

export const NO_TREE: TreeRoots = {
  root: NO_PAGE,
  catalogue: NO_PAGE,
  merge: 0,
  pages: 0,
  keys: 0,
  nextValueFile: 1,
};
