// The superblock as dump shows it: both slots, whatever they hold, and which one holds.
// Refuses nothing: a slot of another version or a damaged one is a fact like the others.

import { crc32 } from '../codec/crc32.js';
import { isLaneError } from '../errors.js';
import { FORMAT_VERSION, storeIdText, versionOf } from '../format/file-header.js';
import { SUPERBLOCK_NAME } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import {
  decodeSuperblockSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  STORE_CLEAN,
  SUPERBLOCK_BYTES,
} from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { FileFact, SlotContent, SlotFact } from './dump-facts.js';

export interface SuperblockFacts {
  facts: (SlotFact | FileFact)[];
  /** What the newest valid slot says. */
  block: Superblock | undefined;
  /** Both slots say that the store was closed properly. */
  isClean: boolean;
}

/** Reads both slots. With `hasRaw` each fact carries the slot's bytes. */
export function superblockFacts(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  hasRaw: boolean,
): SuperblockFacts {
  const bytes = readAll(fileSystem, fileSystem.join(directory, SUPERBLOCK_NAME));
  if (typeof bytes === 'string') {
    const fact: FileFact = { fact: 'file', file: SUPERBLOCK_NAME, note: bytes, isDamage: true };
    return { facts: [fact], block: undefined, isClean: false };
  }
  const slots = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    slots.push(decodeSuperblockSlot(bytes, slot, crc32));
  }
  let newest: Superblock | undefined;
  for (const slot of slots) {
    if (typeof slot === 'string') continue;
    if (newest === undefined || slot.counter > newest.counter) newest = slot;
  }
  const facts = slots.map((decoded, slot): SlotFact => {
    const start = slot * SLOT_BYTES;
    const slice = bytes.subarray(start, start + SLOT_BYTES);
    const raw = { structure: 'superblock-slot', offset: start, bytes: slice } as const;
    return {
      fact: 'slot',
      slot,
      holds: decoded === newest,
      isForeignVersion: decoded === 'version',
      ...(typeof decoded === 'string'
        ? { problem: problemText(decoded, versionOf(bytes, start)) }
        : { block: contentOf(decoded) }),
      ...(hasRaw && slice.length > 0 ? { raw } : {}),
    };
  });
  const isClean = slots.every((slot) => typeof slot !== 'string' && slot.state === STORE_CLEAN);
  return { facts, block: newest, isClean };
}

/** What is wrong with a header, in words. */
export function problemText(problem: string, version: number): string {
  switch (problem) {
    case 'short':
      return 'cut off';
    case 'zero':
      return 'all zeros';
    case 'magic':
      return 'not of LaneDB (wrong magic bytes)';
    case 'version':
      return `format version ${version}, this release reads version ${FORMAT_VERSION}`;
    case 'kind':
      return 'of another kind of file';
    case 'checksum':
      return 'damaged (the checksum does not hold)';
    default:
      return 'damaged (fields out of range)';
  }
}

function readAll(fileSystem: ReadOnlyFileSystem, path: string): Uint8Array | string {
  try {
    if (fileSystem.kind(path) !== 'file') return 'missing';
    const file = fileSystem.openRead(path);
    try {
      const bytes = new Uint8Array(SUPERBLOCK_BYTES);
      return bytes.subarray(0, file.read(bytes, 0, SUPERBLOCK_BYTES, 0));
    } finally {
      file.close();
    }
  } catch (error) {
    if (!isLaneError(error)) throw error;
    return error.message;
  }
}

function contentOf(block: Superblock): SlotContent {
  return {
    ...block,
    storeId: storeIdText(block.storeId),
    state: block.state === STORE_CLEAN ? 'clean' : 'open',
  };
}
