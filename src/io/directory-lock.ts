// The lock of a store directory: one owner among all threads and processes that use it.
// Two exclusions at once, so that processes with and without koffi exclude each other: flock on
// LOCK where the native library is there, and always the owner block in LOCK (lock-succession.ts).
// Does not see processes of other machines, nor, without flock, those of other pid namespaces, and
// is lost when somebody deletes LOCK. docs/format.md, "LOCK".
import { randomBytes } from 'node:crypto';
import { holdNothing, takeFlock } from './directory-flock.js';
import type { FileSystem } from './file-system.js';
import { overwriteLock, readLock } from './lock-file.js';
import {
  becomeOwner,
  generationOf,
  LOCK_PATIENCE_MS,
  type LockCandidate,
  removeClaims,
} from './lock-succession.js';
import { loadNativeLibrary } from './native-library.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { errnoCode } from './system-error.js';

export interface DirectoryLock {
  /** Gives the lock up. Again: does nothing. */
  release(): void;
}

export interface DirectoryLockOptions {
  fileSystem: FileSystem;
  directory: string;
  /** Who takes the lock; this process by default. */
  identity?: ProcessIdentity;
  /** Whether an owner found still lives. */
  isAlive?: (identity: ProcessIdentity) => boolean;
  /** False: without flock. Needed where `fileSystem` is not the operating system's. */
  native?: boolean;
}

/** Takes the lock, or throws STORE_LOCKED naming the owner. Never waits for the owner to end. */
export function acquireDirectoryLock(options: DirectoryLockOptions): DirectoryLock {
  const identity = options.identity ?? ownIdentity();
  const candidate: LockCandidate = {
    fileSystem: options.fileSystem,
    directory: options.directory,
    path: options.fileSystem.join(options.directory, 'LOCK'),
    own: {
      pid: identity.pid,
      startTime: identity.startTime,
      bootId: identity.bootId,
      since: new Date().toISOString(),
      nonce: randomBytes(8).toString('hex'),
      state: 'held',
    },
    isAlive: options.isAlive ?? ((owner) => isAlive(owner)),
  };
  createLockFile(candidate);
  const native = (options.native ?? true) ? loadNativeLibrary() : undefined;
  const closeNative =
    native === undefined ? holdNothing : takeFlock(candidate, native, 'exclusive');
  try {
    becomeOwner(candidate);
  } catch (error) {
    closeNative();
    throw error;
  }
  const lock = new HeldLock(candidate, closeNative);
  try {
    removeClaims(candidate);
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
}

class HeldLock implements DirectoryLock {
  readonly #candidate: LockCandidate;
  readonly #closeNative: () => void;
  #isReleased = false;

  constructor(candidate: LockCandidate, closeNative: () => void) {
    this.#candidate = candidate;
    this.#closeNative = closeNative;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { fileSystem, path, own } = this.#candidate;
    try {
      const found = readLock(fileSystem, path, LOCK_PATIENCE_MS);
      // Only our own block: a successor that took us for dead keeps its lock.
      if (generationOf(found) === own.nonce) {
        overwriteLock(fileSystem, path, { ...own, state: 'released' });
      }
    } finally {
      // After the block: whoever gets the flock finds the lock free.
      this.#closeNative();
    }
  }
}

// LOCK is created once and then never renamed or removed: flock goes by the file, not by its name.
function createLockFile(candidate: LockCandidate): void {
  if (candidate.fileSystem.kind(candidate.path) !== 'none') return;
  try {
    candidate.fileSystem.create(candidate.path).close();
  } catch (error) {
    if (errnoCode(error) !== 'EEXIST') throw error;
  }
}
