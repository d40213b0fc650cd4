// A pointer to a page: its number and its checksum, without which nothing read is believed.

export interface PagePointer {
  /** 0 = none: an empty tree. */
  page: number;
  checksum: number;
}

export const NO_PAGE: PagePointer = { page: 0, checksum: 0 };
