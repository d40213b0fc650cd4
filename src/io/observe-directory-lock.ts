// The lock of a store directory as seen by those that only read it: any number of readers, no
// owner beside them. Changes no byte. Where the native library is there, a shared flock keeps an
// owner that uses flock away; one that does not can still open the store meanwhile. Without a
// LOCK file there is nothing to hold. docs/format.md, "LOCK".
import { holdNothing, takeFlock } from './directory-flock.js';
import type { DirectoryLock } from './directory-lock.js';
import type { ReadOnlyFileSystem } from './file-system.js';
import { readLock } from './lock-file.js';
import { LOCK_PATIENCE_MS, type LockPlace, refuseIfAlive } from './lock-succession.js';
import { loadNativeLibrary } from './native-library.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

export interface ObserveDirectoryLockOptions {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  /** Whether an owner found still lives. */
  isAlive?: (identity: ProcessIdentity) => boolean;
  /** False: without flock. Needed where `fileSystem` is not the operating system's. */
  native?: boolean;
}

/** Keeps owners away while the store is read, or throws STORE_LOCKED naming the one it has. */
export function observeDirectoryLock(options: ObserveDirectoryLockOptions): DirectoryLock {
  const { fileSystem, directory } = options;
  const lock: LockPlace = {
    fileSystem,
    directory,
    path: fileSystem.join(directory, 'LOCK'),
    isAlive: options.isAlive ?? ((owner) => isAlive(owner)),
  };
  if (fileSystem.kind(lock.path) === 'none') return new ObservedLock(holdNothing);
  const native = (options.native ?? true) ? loadNativeLibrary() : undefined;
  // Before the block is read: an owner that comes after is refused, one before has written it.
  const drop = native === undefined ? holdNothing : takeFlock(lock, native, 'shared');
  try {
    const found = readLock(fileSystem, lock.path, LOCK_PATIENCE_MS);
    if (found.kind === 'owner' && found.owner.state === 'held') refuseIfAlive(lock, found.owner);
  } catch (error) {
    drop();
    throw error;
  }
  return new ObservedLock(drop);
}

class ObservedLock implements DirectoryLock {
  #drop: () => void;

  constructor(drop: () => void) {
    this.#drop = drop;
  }

  release(): void {
    const drop = this.#drop;
    this.#drop = holdNothing;
    drop();
  }
}
