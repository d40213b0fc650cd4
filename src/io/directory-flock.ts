// flock on the LOCK of a store directory: exclusive for its one owner, shared for those that only
// read. The operating system gives it up when the process ends, however it ends.
// The descriptor is opened outside Node: Node closes those that a worker opened when the worker
// ends, and the lock would go with it. docs/format.md, "LOCK".
import { LaneError } from '../errors.js';
import { readLock, wait } from './lock-file.js';
import { LOCK_PATIENCE_MS, type LockPlace, lockedError } from './lock-succession.js';
import type { NativeLibrary } from './native-library.js';
import { errnoNumber, SystemCallError, systemError } from './system-error.js';

const NAME_AGAIN_AFTER_MS = 10;

/**
 * Takes the flock. Returns what gives it up; nothing is held where the file system has no flock.
 * Throws STORE_LOCKED if others hold it: the owner, or for `exclusive` also readers.
 */
export function takeFlock(
  lock: LockPlace,
  native: NativeLibrary,
  mode: 'exclusive' | 'shared',
): () => void {
  const { path } = lock;
  const descriptor = openNative(native, path, mode);
  const errno =
    mode === 'shared' ? native.lockShared(descriptor) : native.lockExclusive(descriptor);
  if (errno === 0) return () => closeNative(native, descriptor, path);
  const isHeld = errno === errnoNumber('EWOULDBLOCK');
  if (isHeld && mode === 'exclusive' && native.lockShared(descriptor) === 0) {
    // Shared went: not an owner is there but readers, or whoever was there has just gone.
    if (native.lockExclusive(descriptor) === 0) return () => closeNative(native, descriptor, path);
    closeNative(native, descriptor, path);
    throw readersError(lock);
  }
  closeNative(native, descriptor, path);
  if (isHeld) throw heldError(lock);
  if (isFlockUnsupported(errno)) return holdNothing;
  throw systemError(new SystemCallError(errno, 'flock'), { operation: 'lock', file: path });
}

/** Gives up a flock that was never taken. */
export function holdNothing(): void {}

function readersError(lock: LockPlace): LaneError {
  const message = `store is locked: readers have it open: ${lock.directory}`;
  return new LaneError('STORE_LOCKED', message, { file: lock.path });
}

// The holder of the flock may not have written its block yet.
function heldError(lock: LockPlace): LaneError {
  for (let waitedMs = 0; waitedMs < LOCK_PATIENCE_MS; waitedMs += NAME_AGAIN_AFTER_MS) {
    const found = readLock(lock.fileSystem, lock.path, 0);
    if (found.kind === 'owner' && found.owner.state === 'held' && lock.isAlive(found.owner)) {
      return lockedError(lock, found.owner);
    }
    wait(NAME_AGAIN_AFTER_MS);
  }
  return lockedError(lock, undefined);
}

function openNative(native: NativeLibrary, path: string, mode: 'exclusive' | 'shared'): number {
  try {
    return mode === 'shared' ? native.openRead(path) : native.open(path);
  } catch (cause) {
    throw systemError(cause, { operation: 'open', file: path });
  }
}

function closeNative(native: NativeLibrary, descriptor: number, path: string): void {
  const errno = native.close(descriptor);
  if (errno === 0) return;
  throw systemError(new SystemCallError(errno, 'close'), { operation: 'close', file: path });
}

function isFlockUnsupported(errno: number): boolean {
  return (
    errno === errnoNumber('ENOLCK') ||
    errno === errnoNumber('EOPNOTSUPP') ||
    errno === errnoNumber('ENOSYS')
  );
}
