// A pointer to a page: its number and its checksum, without which nothing read is believed.

import { CHILD_CHECKSUM, CHILD_PAGE } from '../format/tree-page.js';

export interface PagePointer {
  /** 0 = none: an empty tree. */
  page: number;
  checksum: number;
}

/** The pointer in the body of an entry of an inner page. */
export function pointerAt(view: DataView, body: number): PagePointer {
  return {
    page: view.getUint32(body + CHILD_PAGE, true),
    checksum: view.getInt32(body + CHILD_CHECKSUM, true),
  };
}

export const NO_PAGE: PagePointer = { page: 0, checksum: 0 };
