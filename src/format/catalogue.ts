// docs/format.md, "Catalogue": keys and values of the second tree, which holds the store's own
// facts.

import { isZero, readUint64, writeUint64 } from './uint64.js';

/** First byte of a key: what the entry tells of. */
export const CATALOGUE_VALUE_FILE = 1;
export const CATALOGUE_COMMIT = 2;

export const VALUE_FILE_KEY_BYTES = 5;
export const VALUE_FILE_FACT_BYTES = 32;
export const COMMIT_KEY_BYTES = 5;
/** Bytes of a commit's facts in one entry. */
export const COMMIT_PART_BYTES = 1024;

const FILE_BYTES_OFFSET = 8;
const STATE_OFFSET = 16;
const MERGE_OFFSET = 20;
const RESERVED_OFFSET = 24;

/** A file that pointers of the tree may lead to. */
export const VALUE_FILE_LIVE = 1;
/** A file to which nothing leads any more but roots that somebody still reads. */
export const VALUE_FILE_ZOMBIE = 2;

export interface ValueFileFact {
  /** Bytes of values in it that the tree points to. */
  liveBytes: number;
  /** Length of the file. */
  fileBytes: number;
  /** VALUE_FILE_LIVE or VALUE_FILE_ZOMBIE. */
  state: number;
  /** Of a zombie: number of the merge since which the tree does not lead to it; else 0. */
  merge: number;
}

/** Key of a value file's entry; ids order as their keys do. */
export function valueFileKey(id: number): Uint8Array {
  const key = new Uint8Array(VALUE_FILE_KEY_BYTES);
  key[0] = CATALOGUE_VALUE_FILE;
  new DataView(key.buffer).setUint32(1, id);
  return key;
}

/** Id of the value file that a key is of, 0 if it is of something else. */
export function valueFileOfKey(key: Uint8Array): number {
  if (key.length !== VALUE_FILE_KEY_BYTES || key[0] !== CATALOGUE_VALUE_FILE) return 0;
  return new DataView(key.buffer, key.byteOffset).getUint32(1);
}

/** Key of a part of the facts of the newest commit. */
export function commitKey(part: number): Uint8Array {
  const key = new Uint8Array(COMMIT_KEY_BYTES);
  key[0] = CATALOGUE_COMMIT;
  new DataView(key.buffer).setUint32(1, part);
  return key;
}

export function encodeValueFileFact(fact: ValueFileFact): Uint8Array {
  const bytes = new Uint8Array(VALUE_FILE_FACT_BYTES);
  const view = new DataView(bytes.buffer);
  writeUint64(view, 0, fact.liveBytes);
  writeUint64(view, FILE_BYTES_OFFSET, fact.fileBytes);
  view.setUint32(STATE_OFFSET, fact.state, true);
  view.setUint32(MERGE_OFFSET, fact.merge, true);
  return bytes;
}

/** What the value of an entry states, undefined if it is malformed. */
export function decodeValueFileFact(bytes: Uint8Array): ValueFileFact | undefined {
  if (bytes.length !== VALUE_FILE_FACT_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fact = {
    liveBytes: readUint64(view, 0),
    fileBytes: readUint64(view, FILE_BYTES_OFFSET),
    state: view.getUint32(STATE_OFFSET, true),
    merge: view.getUint32(MERGE_OFFSET, true),
  };
  const { liveBytes, fileBytes, state, merge } = fact;
  if (!Number.isSafeInteger(liveBytes) || !Number.isSafeInteger(fileBytes)) return undefined;
  if (liveBytes > fileBytes || !isZero(bytes, RESERVED_OFFSET, VALUE_FILE_FACT_BYTES)) {
    return undefined;
  }
  if (state === VALUE_FILE_LIVE) return merge === 0 ? fact : undefined;
  return state === VALUE_FILE_ZOMBIE && liveBytes === 0 && merge > 0 ? fact : undefined;
}
