// Owner blocks in files: the LOCK of a store directory and the claims to it. Opens and closes the
// file for each access, so that nothing is lost when the thread that opened it ends.
// Reads wait a while for a block that is being written; nothing here decides who may hold the lock.
import { crc32 } from 'node:zlib';
import { LaneError } from '../errors.js';
import {
  decodeLockOwner,
  encodeLockOwner,
  LOCK_OWNER_BYTES,
  LOCK_OWNER_VERSION,
  type LockOwner,
  lockOwnerVersion,
} from '../format/lock-owner.js';
import type { FileSystem, ReadOnlyFileSystem, WritableFile } from './file-system.js';
import { errnoCode } from './system-error.js';

/** What a file of an owner block holds. Torn: unreadable still after waiting. */
export type LockContent =
  | { readonly kind: 'empty' }
  | { readonly kind: 'torn' }
  | { readonly kind: 'owner'; readonly owner: LockOwner };

const READ_AGAIN_AFTER_MS = 10;

/** Reads an owner block. Waits up to `patienceMs` while it is incomplete. */
export function readLock(
  fileSystem: ReadOnlyFileSystem,
  path: string,
  patienceMs: number,
): LockContent {
  for (let waitedMs = 0; ; waitedMs += READ_AGAIN_AFTER_MS) {
    const content = readLockOnce(fileSystem, path);
    if (content.kind !== 'torn' || waitedMs >= patienceMs) return content;
    wait(READ_AGAIN_AFTER_MS);
  }
}

/** Creates a file that must not exist, with the block in it. */
export function createLock(fileSystem: FileSystem, path: string, owner: LockOwner): void {
  writeLock(fileSystem.create(path), owner);
}

/**
 * Writes the block over the one in an existing file. Not synced: a lock outlives no boot, and what
 * a power cut leaves of it is judged by the boot id, or torn.
 */
export function overwriteLock(fileSystem: FileSystem, path: string, owner: LockOwner): void {
  writeLock(fileSystem.openWrite(path), owner);
}

/** Writes the block into an open file and closes it, whatever happens. */
export function writeLock(file: WritableFile, owner: LockOwner): void {
  try {
    file.write(encodeLockOwner(owner, crc32), 0, LOCK_OWNER_BYTES, 0);
  } finally {
    file.close();
  }
}

/** Removes a file if it is there. */
export function removeIfThere(fileSystem: FileSystem, path: string): void {
  try {
    fileSystem.remove(path);
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error;
  }
}

/** Blocks the thread. */
export function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function readLockOnce(fileSystem: ReadOnlyFileSystem, path: string): LockContent {
  const bytes = new Uint8Array(LOCK_OWNER_BYTES);
  const file = fileSystem.openRead(path);
  let length: number;
  try {
    length = file.read(bytes, 0, LOCK_OWNER_BYTES, 0);
  } finally {
    file.close();
  }
  if (length === 0) return { kind: 'empty' };
  const version = lockOwnerVersion(bytes);
  if (version !== undefined && version !== LOCK_OWNER_VERSION) {
    // A later release may hold this lock: its owner must not be taken for a dead one.
    throw new LaneError('FORMAT_UNSUPPORTED', `lock of an unknown version: ${path}`, {
      file: path,
      offset: 0,
      expected: LOCK_OWNER_VERSION,
      found: version,
    });
  }
  const owner = decodeLockOwner(bytes, crc32);
  return owner === undefined ? { kind: 'torn' } : { kind: 'owner', owner };
}
