// Who writes the owner block of LOCK next: exactly one of any number of threads and processes that
// find the lock free, or its owner dead. Works on every file system, without flock.
// Invariants: 1. LOCK changes only by the hand of one that made a claim after its generation.
// 2. Claims after a generation are removed by others only when LOCK has left it for good.
// 3. A dead one's claim is succeeded, not removed. The protocol: docs/format.md, "LOCK".
import { LaneError } from '../errors.js';
import type { LockOwner } from '../format/lock-owner.js';
import type { FileSystem, ReadOnlyFileSystem, WritableFile } from './file-system.js';
import {
  createLock,
  type LockContent,
  overwriteLock,
  readLock,
  removeIfThere,
  writeLock,
} from './lock-file.js';
import type { ProcessIdentity } from './process-identity.js';
import { errnoCode } from './system-error.js';

/** A lock to be looked at. */
export interface LockPlace {
  readonly fileSystem: ReadOnlyFileSystem;
  readonly directory: string;
  /** Path of LOCK. */
  readonly path: string;
  readonly isAlive: (identity: ProcessIdentity) => boolean;
}

/** One attempt to become the owner. */
export interface LockCandidate extends LockPlace {
  readonly fileSystem: FileSystem;
  /** The block to be written. */
  readonly own: LockOwner;
}

/** How long an unreadable LOCK may be in the middle of a write. */
export const LOCK_PATIENCE_MS = 100;

const CLAIM_PREFIX = 'LOCK.after-';
// A linked claim is never incomplete. One created where links are not supported is for a moment,
// and its maker must not be taken for dead in it.
const CLAIM_PATIENCE_MS = 1000;
const ATTEMPTS_MAX = 100;
const CLAIMS_MAX = 1000;

/** Puts the candidate's block into LOCK, or throws STORE_LOCKED and leaves nothing behind. */
export function becomeOwner(candidate: LockCandidate): void {
  for (let i = 0; i < ATTEMPTS_MAX; i++) {
    const found = readLock(candidate.fileSystem, candidate.path, LOCK_PATIENCE_MS);
    if (found.kind === 'owner' && found.owner.state === 'held') {
      refuseIfAlive(candidate, found.owner);
    }
    // A failure means that somebody else made progress meanwhile.
    if (succeed(candidate, generationOf(found))) return;
  }
  throw lockedError(candidate, undefined);
}

/** Removes what earlier owners and candidates left. For the owner only. */
export function removeClaims(candidate: LockCandidate): void {
  const { fileSystem, directory } = candidate;
  for (const name of fileSystem.list(directory)) {
    if (name.startsWith(CLAIM_PREFIX)) removeIfThere(fileSystem, fileSystem.join(directory, name));
  }
}

/** What a claim succeeds: the acquisition that wrote LOCK last. */
export function generationOf(content: LockContent): string {
  if (content.kind === 'owner') return content.owner.nonce;
  return content.kind === 'empty' ? 'none' : 'torn';
}

/** STORE_LOCKED, with the owner's pid if it is known. */
export function lockedError(lock: LockPlace, owner: LockOwner | undefined): LaneError {
  const place = { file: lock.path };
  if (owner === undefined) {
    const message = `store is locked by a process that gave no name: ${lock.directory}`;
    return new LaneError('STORE_LOCKED', message, place);
  }
  const who = `process ${owner.pid} since ${owner.since}`;
  return new LaneError('STORE_LOCKED', `store is locked by ${who}: ${lock.directory}`, {
    ...place,
    found: owner.pid,
  });
}

/** Throws STORE_LOCKED if the owner lives. */
export function refuseIfAlive(lock: LockPlace, owner: LockOwner): void {
  if (lock.isAlive(owner)) throw lockedError(lock, owner);
}

function succeed(candidate: LockCandidate, generation: string): boolean {
  const { fileSystem, path } = candidate;
  const claim = claimAfter(candidate, generation);
  if (claim === undefined) return false;
  let isOwner = false;
  try {
    // The claim may have been made again after a faster one moved LOCK on and removed its own. But
    // whoever has the claim and still finds the generation in LOCK is its only successor.
    const found = readLock(fileSystem, path, LOCK_PATIENCE_MS);
    if (generationOf(found) === generation) {
      overwriteLock(fileSystem, path, candidate.own);
      isOwner = true;
    }
  } finally {
    if (!isOwner) removeIfThere(fileSystem, claim);
  }
  return isOwner;
}

// Path of the claim made, or undefined if the files changed meanwhile. A claim whose maker died
// before it wrote LOCK is succeeded like an owner. It is not removed to be made again: of two that
// do so, the second removes the claim that the first has just made.
function claimAfter(candidate: LockCandidate, generation: string): string | undefined {
  const { fileSystem, directory, own } = candidate;
  const temporary = fileSystem.join(directory, `LOCK.${own.nonce}.tmp`);
  try {
    createLock(fileSystem, temporary, own);
    let predecessor = generation;
    for (let i = 0; i < CLAIMS_MAX; i++) {
      const claim = fileSystem.join(directory, CLAIM_PREFIX + predecessor);
      if (makeClaim(candidate, temporary, claim)) return claim;
      const found = readLock(fileSystem, claim, CLAIM_PATIENCE_MS);
      if (found.kind === 'owner') {
        // Over a network a link can succeed and yet be reported as EEXIST.
        if (found.owner.nonce === own.nonce) return claim;
        refuseIfAlive(candidate, found.owner);
        predecessor = found.owner.nonce;
      } else {
        predecessor = `${predecessor}-torn`;
      }
    }
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error;
  } finally {
    removeIfThere(fileSystem, temporary);
  }
  return undefined;
}

// Atomically, with its content; where links are not supported, the content follows.
function makeClaim(candidate: LockCandidate, temporary: string, claim: string): boolean {
  const { fileSystem } = candidate;
  try {
    fileSystem.link(temporary, claim);
    return true;
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'EEXIST') return false;
    if (!isLinkUnsupported(code)) throw error;
  }
  return createClaim(candidate, claim);
}

function createClaim(candidate: LockCandidate, claim: string): boolean {
  const { fileSystem, own } = candidate;
  let file: WritableFile;
  try {
    file = fileSystem.create(claim);
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeLock(file, own);
  } catch (error) {
    removeIfThere(fileSystem, claim);
    throw error;
  }
  return true;
}

function isLinkUnsupported(code: string | undefined): boolean {
  return code === 'EPERM' || code === 'EOPNOTSUPP' || code === 'ENOTSUP' || code === 'ENOSYS';
}
