// Who holds the lock of a store directory, without touching it: dump and verify look at stores that
// are in use. Also read by verify, which has to know that a store is changing under it.

import { isLaneError } from '../errors.js';
import { LOCK_NAME } from '../format/file-name.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { readLock } from '../io/lock-file.js';
import { isAlive } from '../io/process-identity.js';
import type { LockFact } from './dump-facts.js';

/** What LOCK says at this moment. Never throws for what it holds or for being gone. */
export function lockFact(fileSystem: ReadOnlyFileSystem, directory: string): LockFact {
  const path = fileSystem.join(directory, LOCK_NAME);
  try {
    if (fileSystem.kind(path) === 'none') return { fact: 'lock', state: 'none' };
    const content = readLock(fileSystem, path, 0);
    if (content.kind !== 'owner') return { fact: 'lock', state: content.kind };
    const { pid, since, state } = content.owner;
    const isHeld = state === 'held';
    return { fact: 'lock', state, pid, since, isAlive: isHeld && isAlive(content.owner) };
  } catch (error) {
    if (!isLaneError(error)) throw error;
    return { fact: 'lock', state: 'unreadable', problem: error.message };
  }
}

/** True if a living process has the store open. */
export function isInUse(lock: LockFact): boolean {
  return lock.state === 'held' && lock.isAlive === true;
}
