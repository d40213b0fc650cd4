// Whether a path holds a store, may become one, or is somebody else's. Judged before the lock is
// taken, so what is not ours is refused with not a byte of it changed.

import { isLaneError, LaneError } from '../errors.js';
import { parseSegmentName, segmentName } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import type { FileSystem } from '../io/file-system.js';
import { holdsRecords } from '../recovery/load-segment.js';
import { directoryKind, readSuperblock } from '../recovery/read-superblock.js';

/** What a directory is for. */
export type Purpose = 'store' | 'log';

/**
 * True if a store is to be made here. Throws for what cannot be opened; makes only the directory.
 */
export function judgeDirectory(
  fileSystem: FileSystem,
  directory: string,
  wish: { createIfMissing: boolean; readOnly: boolean },
  purpose: Purpose,
): boolean {
  const kind = fileSystem.kind(directory);
  if (kind === 'file' || kind === 'other') {
    throw new LaneError('NOT_A_STORE', `${directory} is not a directory`, { file: directory });
  }
  const mayCreate = wish.createIfMissing && !wish.readOnly;
  if (kind === 'none') {
    if (!mayCreate) throw notFound(directory);
    fileSystem.makeDirectory(directory);
    return true;
  }
  const names = fileSystem.list(directory);
  const found = directoryKind(names);
  if (found === 'store') {
    refuseUnreadable(fileSystem, directory, purpose);
    return false;
  }
  if (found === 'foreign') {
    throw new LaneError('NOT_A_STORE', `${directory} holds other files and no store`, {
      file: directory,
    });
  }
  for (const name of names) refuseOrphan(fileSystem, directory, name);
  if (!mayCreate) throw notFound(directory);
  return true;
}

/** What is not ours to open is refused before the lock changes a byte of it. */
function refuseUnreadable(fileSystem: FileSystem, directory: string, purpose: Purpose): void {
  try {
    refuseOtherPurpose(readSuperblock(fileSystem, directory).block, directory, purpose);
  } catch (error) {
    // Damage is judged under the lock: an owner may be in the middle of a write.
    if (!isLaneError(error, 'CORRUPT')) throw error;
  }
}

/** Throws NOT_A_STORE if a store is to be opened as a log, or a log as a store. */
export function refuseOtherPurpose(block: Superblock, directory: string, purpose: Purpose): void {
  const found: Purpose = block.log === undefined ? 'store' : 'log';
  if (found === purpose) return;
  const how = found === 'log' ? 'openLog() of lanedb/wal' : 'open()';
  throw new LaneError('NOT_A_STORE', `${directory} holds a ${found}: open it with ${how}`, {
    file: directory,
    expected: purpose,
    found,
  });
}

/**
 * A segment with records in a directory without a superblock is a store that lost it, not an empty
 * one.
 */
function refuseOrphan(fileSystem: FileSystem, directory: string, name: string): void {
  const parsed = parseSegmentName(name);
  if (parsed === undefined || !holdsRecords(fileSystem, directory, parsed)) return;
  throw new LaneError('CORRUPT', 'the superblock of the store is missing', {
    file: fileSystem.join(directory, segmentName(parsed.lane, parsed.generation)),
    offset: 0,
  });
}

function notFound(directory: string): LaneError {
  return new LaneError('STORE_NOT_FOUND', `there is no store in ${directory}`, { file: directory });
}
