// docs/format.md, "Tree": the first page of index.tree, and of a value file: the header of the file
// and zeros. What follows is for the layouts of pages and frames.

import type { Checksum, HeaderProblem } from './file-header.js';
import {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  KIND_FIELDS_OFFSET,
  KIND_TREE,
  KIND_VALUE_LOG,
  sealFileHeader,
} from './file-header.js';
import { VALUE_FILE_NUMBER_MAX } from './file-name.js';
import { isZero } from './uint64.js';

/** Header area of both kinds of files. */
export const PAGED_HEADER_BYTES = 4096;
const VALUE_FILE_NUMBERS = VALUE_FILE_NUMBER_MAX + 1;

/** The header area of index.tree. */
export function encodeTreeHeader(storeId: Uint8Array, checksum: Checksum): Uint8Array {
  return encode({ storeId, kind: KIND_TREE, identityA: 0, identityB: 0 }, checksum);
}

/** The header area of the value file with an id. */
export function encodeValueFileHeader(
  storeId: Uint8Array,
  id: number,
  checksum: Checksum,
): Uint8Array {
  const identityA = Math.floor(id / VALUE_FILE_NUMBERS);
  const identityB = id % VALUE_FILE_NUMBERS;
  return encode({ storeId, kind: KIND_VALUE_LOG, identityA, identityB }, checksum);
}

/** Store id in the header of index.tree, or what is wrong with it. */
export function decodeTreeHeader(
  bytes: Uint8Array,
  checksum: Checksum,
): { storeId: Uint8Array } | HeaderProblem {
  const header = decode(bytes, KIND_TREE, checksum);
  if (typeof header === 'string') return header;
  return header.identityA === 0 && header.identityB === 0 ? { storeId: header.storeId } : 'fields';
}

/** Store id and file id in the header of a value file, or what is wrong with it. */
export function decodeValueFileHeader(
  bytes: Uint8Array,
  checksum: Checksum,
): { storeId: Uint8Array; id: number } | HeaderProblem {
  const header = decode(bytes, KIND_VALUE_LOG, checksum);
  if (typeof header === 'string') return header;
  const { storeId, identityA, identityB } = header;
  if (identityB === 0 || identityB > VALUE_FILE_NUMBER_MAX) return 'fields';
  return { storeId, id: identityA * VALUE_FILE_NUMBERS + identityB };
}

interface Identity {
  storeId: Uint8Array;
  kind: number;
  identityA: number;
  identityB: number;
}

function encode(identity: Identity, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(PAGED_HEADER_BYTES);
  encodeFileHeader(bytes, 0, { ...identity, headerBytes: PAGED_HEADER_BYTES });
  sealFileHeader(bytes, 0, checksum);
  return bytes;
}

function decode(bytes: Uint8Array, kind: number, checksum: Checksum): Identity | HeaderProblem {
  if (bytes.length < PAGED_HEADER_BYTES) return 'short';
  const header = decodeFileHeader(bytes, 0, kind, checksum);
  if (typeof header === 'string') return header;
  const isWhole =
    header.headerBytes === PAGED_HEADER_BYTES &&
    isZero(bytes, KIND_FIELDS_OFFSET, FILE_HEADER_BYTES - 4) &&
    isZero(bytes, FILE_HEADER_BYTES, PAGED_HEADER_BYTES);
  return isWhole ? header : 'fields';
}
