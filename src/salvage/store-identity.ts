// Whose store a damaged directory is: the id that its superblock or, without one, its segments
// state. Never writes.

import { LaneError } from '../errors.js';
import { isSameStore, mayBeginFile, storeIdText } from '../format/file-header.js';
import { parseSegmentName, SUPERBLOCK_NAME } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import { SUPERBLOCK_BYTES } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { directoryKind, readSlots, refuseOtherVersion } from '../recovery/read-superblock.js';
import type { SlotReport } from '../recovery/report.js';
import type { ByteRange } from '../wal/record-scan.js';
import { readBytes } from './read-bytes.js';
import type { SegmentFile } from './scan-segment.js';
import { lookAtSegment } from './scan-segment.js';

/** What a directory says of itself, before any record is read. */
export interface StoreIdentity {
  storeId: Uint8Array;
  /** Both slots; none if there is no superblock. */
  slots: SlotReport[];
  /** Parts of the superblock that the disk refuses. */
  refused: ByteRange[];
  /** The slot that holds, if one is valid and of this store. */
  held: { block: Superblock; slot: number } | undefined;
  files: SegmentFile[];
}

/**
 * Looks at the superblock and the headers of all segments. Throws NOT_A_STORE, STORE_NOT_FOUND,
 * FORMAT_UNSUPPORTED, CORRUPT if nothing says which store it is, or IO_ERROR.
 */
export function identifyStore(fileSystem: ReadOnlyFileSystem, directory: string): StoreIdentity {
  const names = namesIn(fileSystem, directory);
  const path = fileSystem.join(directory, SUPERBLOCK_NAME);
  const hasSuperblock = fileSystem.kind(path) === 'file';
  const superblock = hasSuperblock ? readSuperblockBytes(fileSystem, path) : undefined;
  const slots = superblock === undefined ? [] : readSlots(superblock.bytes);
  if (superblock !== undefined) refuseOtherVersion(path, superblock.bytes, slots);
  const blocks = slots.flatMap(({ block, slot }) => (block === undefined ? [] : [{ block, slot }]));
  const files = segmentFiles(fileSystem, directory, names);
  if (blocks.some(({ block }) => block.log !== undefined)) throw isLog(directory);
  const storeId = storeIdOf(
    blocks.map(({ block }) => block.storeId),
    files,
  );
  if (storeId === undefined) {
    throw unknown(fileSystem, directory, { names, superblock: superblock?.bytes });
  }
  const own = blocks.filter(({ block }) => isSameStore(block.storeId, storeId));
  const held = own.reduce<StoreIdentity['held']>(
    (best, one) => (best === undefined || one.block.counter > best.block.counter ? one : best),
    undefined,
  );
  return { storeId, slots, refused: superblock?.refused ?? [], held, files };
}

/** A directory of the write-ahead log alone holds no keys. */
export function isLog(directory: string): LaneError {
  return new LaneError('NOT_A_STORE', `${directory} holds a log and no store`, {
    file: directory,
  });
}

function namesIn(fileSystem: ReadOnlyFileSystem, directory: string): string[] {
  const kind = fileSystem.kind(directory);
  if (kind === 'none') throw notFound(directory);
  if (kind !== 'directory') {
    throw new LaneError('NOT_A_STORE', `${directory} is not a directory`, { file: directory });
  }
  return fileSystem.list(directory);
}

function segmentFiles(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  names: string[],
): SegmentFile[] {
  const files: SegmentFile[] = [];
  for (const name of names) {
    const named = parseSegmentName(name);
    if (named === undefined) continue;
    if (fileSystem.kind(fileSystem.join(directory, name)) !== 'file') continue;
    files.push(lookAtSegment(fileSystem, directory, name, named));
  }
  return files;
}

function readSuperblockBytes(
  fileSystem: ReadOnlyFileSystem,
  path: string,
): { bytes: Uint8Array; refused: ByteRange[] } {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  const file = fileSystem.openRead(path);
  try {
    const { length, refused } = readBytes(file, bytes, SUPERBLOCK_BYTES);
    return { bytes: bytes.subarray(0, length), refused };
  } finally {
    file.close();
  }
}

/** What the slots agree on; if they state nothing or differ, what most segment headers state. */
function storeIdOf(slotIds: Uint8Array[], files: SegmentFile[]): Uint8Array | undefined {
  const first = slotIds[0];
  if (first !== undefined && slotIds.every((id) => isSameStore(id, first))) return first;
  const votes = new Map<string, { id: Uint8Array; count: number }>();
  for (const { header } of files) {
    if (typeof header === 'string') continue;
    const { storeId } = header;
    if (first !== undefined && !slotIds.some((id) => isSameStore(id, storeId))) continue;
    const vote = votes.get(storeIdText(storeId)) ?? { id: storeId, count: 0 };
    vote.count++;
    votes.set(storeIdText(storeId), vote);
  }
  const most = Math.max(...[...votes.values()].map(({ count }) => count));
  const winners = [...votes.values()].filter(({ count }) => count === most);
  return winners.length === 1 ? winners[0]!.id : undefined;
}

/** Why nothing can be told of a directory. */
function unknown(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  found: { names: string[]; superblock: Uint8Array | undefined },
): LaneError {
  const { names, superblock } = found;
  const segment = names.find((name) => parseSegmentName(name) !== undefined);
  if (superblock === undefined && segment === undefined) {
    if (directoryKind(names) !== 'foreign') return notFound(directory);
    return new LaneError('NOT_A_STORE', `${directory} holds other files and no store`, {
      file: directory,
    });
  }
  const file = fileSystem.join(directory, superblock === undefined ? segment! : SUPERBLOCK_NAME);
  if (superblock !== undefined && segment === undefined && !mayBeginFile(superblock)) {
    return new LaneError('NOT_A_STORE', `${file} is not a superblock of LaneDB`, { file });
  }
  const message = 'neither the superblock nor the segments say which store this is';
  return new LaneError('CORRUPT', message, { file, offset: 0 });
}

function notFound(directory: string): LaneError {
  return new LaneError('STORE_NOT_FOUND', `there is no store in ${directory}`, { file: directory });
}
