// docs/format.md, "File header": the 64 bytes at the start of every file and superblock slot.
// Pure. The checksum function is passed in: CRC-32 (IEEE) of a byte range.

import { invariant } from '../invariant.js';
import { isZero } from './uint64.js';

export const FILE_HEADER_BYTES = 64;
export const FORMAT_VERSION = 1;
export const STORE_ID_BYTES = 16;
/** Lanes a store may have; their numbers are below it. */
export const LANES_MAX = 64;

export const KIND_SUPERBLOCK_SLOT = 1;
export const KIND_SEGMENT = 2;
export const KIND_TREE = 3;
export const KIND_VALUE_LOG = 4;
export const KIND_DICTIONARY = 5;

const MAGIC = Uint8Array.of(0x4c, 0x61, 0x6e, 0x65, 0x44, 0x42, 0x1a, 0x0a);
const VERSION_OFFSET = MAGIC.length;
const KIND_OFFSET = VERSION_OFFSET + 2;
const HEADER_BYTES_OFFSET = KIND_OFFSET + 2;
const STORE_ID_OFFSET = HEADER_BYTES_OFFSET + 4;
const IDENTITY_A_OFFSET = STORE_ID_OFFSET + STORE_ID_BYTES;
const IDENTITY_B_OFFSET = IDENTITY_A_OFFSET + 4;
/** First byte that the kind of file defines. */
export const KIND_FIELDS_OFFSET = IDENTITY_B_OFFSET + 4;
const CRC_OFFSET = FILE_HEADER_BYTES - 4;

/** CRC-32 (IEEE) of bytes [start, end). */
export type Checksum = (bytes: Uint8Array, start: number, end: number) => number;

export interface FileHeader {
  kind: number;
  headerBytes: number;
  storeId: Uint8Array;
  identityA: number;
  identityB: number;
}

/** What is wrong with a header; 'version' and 'kind' only if its checksum holds. */
export type HeaderProblem = 'short' | 'zero' | 'magic' | 'version' | 'kind' | 'checksum' | 'fields';

/** Writes the common fields at `start`; the caller adds those of the kind, then sealFileHeader. */
export function encodeFileHeader(bytes: Uint8Array, start: number, header: FileHeader): void {
  invariant(header.storeId.length === STORE_ID_BYTES, 'a store id has STORE_ID_BYTES bytes');
  const view = viewOf(bytes);
  bytes.set(MAGIC, start);
  view.setUint16(start + VERSION_OFFSET, FORMAT_VERSION, true);
  view.setUint16(start + KIND_OFFSET, header.kind, true);
  view.setUint32(start + HEADER_BYTES_OFFSET, header.headerBytes, true);
  bytes.set(header.storeId, start + STORE_ID_OFFSET);
  view.setUint32(start + IDENTITY_A_OFFSET, header.identityA, true);
  view.setUint32(start + IDENTITY_B_OFFSET, header.identityB, true);
}

/** Writes the checksum over the first 60 bytes of the header. */
export function sealFileHeader(bytes: Uint8Array, start: number, checksum: Checksum): void {
  viewOf(bytes).setUint32(start + CRC_OFFSET, checksum(bytes, start, start + CRC_OFFSET), true);
}

/** The header at `start`, or what is wrong with it. */
export function decodeFileHeader(
  bytes: Uint8Array,
  start: number,
  kind: number,
  checksum: Checksum,
): FileHeader | HeaderProblem {
  if (bytes.length - start < FILE_HEADER_BYTES) return 'short';
  const view = viewOf(bytes);
  if (!hasMagic(bytes, start)) {
    return isZero(bytes, start, start + FILE_HEADER_BYTES) ? 'zero' : 'magic';
  }
  const isIntact =
    view.getUint32(start + CRC_OFFSET, true) === checksum(bytes, start, start + CRC_OFFSET);
  if (!isIntact) return 'checksum';
  if (view.getUint16(start + VERSION_OFFSET, true) !== FORMAT_VERSION) return 'version';
  if (view.getUint16(start + KIND_OFFSET, true) !== kind) return 'kind';
  return {
    kind,
    headerBytes: view.getUint32(start + HEADER_BYTES_OFFSET, true),
    storeId: bytes.slice(start + STORE_ID_OFFSET, start + IDENTITY_A_OFFSET),
    identityA: view.getUint32(start + IDENTITY_A_OFFSET, true),
    identityB: view.getUint32(start + IDENTITY_B_OFFSET, true),
  };
}

/** Version that the header at `start` names, or 0 if there is no header of any version. */
export function versionOf(bytes: Uint8Array, start: number): number {
  if (bytes.length - start < FILE_HEADER_BYTES || !hasMagic(bytes, start)) return 0;
  return viewOf(bytes).getUint16(start + VERSION_OFFSET, true);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Store id as 32 hexadecimal digits. */
export function storeIdText(storeId: Uint8Array): string {
  let text = '';
  for (const byte of storeId) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** True if two store ids are the same. */
export function isSameStore(a: Uint8Array, b: Uint8Array): boolean {
  return storeIdText(a) === storeIdText(b);
}

/** True if bytes can be the first ones of a file of ours, whole or cut off: the magic, or zeros. */
export function mayBeginFile(bytes: Uint8Array): boolean {
  const shared = Math.min(bytes.length, MAGIC.length);
  for (let at = 0; at < shared; at++) {
    if (bytes[at] !== MAGIC[at]) return isZero(bytes, 0, bytes.length);
  }
  return true;
}

function hasMagic(bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < MAGIC.length; at++) if (bytes[start + at] !== MAGIC[at]) return false;
  return true;
}
