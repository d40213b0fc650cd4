// The new store that a salvage writes: sealed segments, a live one, and last of all the superblock,
// without which the directory is no store. After a failure everything written is removed again.

import { NEXT_GENERATION } from '../control/control-block.js';
import { removeFiles, syncParent } from '../directory/directory-files.js';
import { SuperblockWriter } from '../directory/superblock-writer.js';
import { LaneError } from '../errors.js';
import { LOCK_NAME, SUPERBLOCK_NAME } from '../format/file-name.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_CLEAN } from '../format/superblock.js';
import type { FileSystem } from '../io/file-system.js';
import type { Environment } from '../threads/environment.js';
import { beginLane } from '../wal/begin-lane.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { CopySink } from './copy-sink.js';
import type { LogMemory } from './log-memory.js';
import { writeSealed } from './write-sealed.js';

/** What goes into the target, in memory. */
export interface TargetContent {
  log: LogMemory;
  copy: CopySink;
  storeId: Uint8Array;
  segmentBytes: number;
}

/** Throws TARGET_EXISTS if a path holds anything, IO_ERROR if nothing can be made there. */
export function judgeTarget(fileSystem: FileSystem, target: string): void {
  const kind = fileSystem.kind(target);
  if (kind === 'none') {
    const parent = fileSystem.join(target, '..');
    if (fileSystem.kind(parent) === 'directory') return;
    throw new LaneError('IO_ERROR', `there is no directory ${parent}`, { file: parent });
  }
  const names = kind === 'directory' ? fileSystem.list(target) : undefined;
  if (names?.every(isLockName) === true) return;
  throw new LaneError('TARGET_EXISTS', `${target} is there already and not an empty directory`, {
    file: target,
  });
}

/**
 * Makes the store; durable, the directory's name included, when the promise resolves. Rejects as
 * judgeTarget(), with STORE_LOCKED, DISK_FULL, IO_ERROR and what `check` throws; no store is there
 * then. `check` is called between two steps.
 */
export async function writeTarget(
  environment: Environment,
  target: string,
  content: TargetContent,
  check: () => void,
): Promise<void> {
  const { fileSystem } = environment;
  judgeTarget(fileSystem, target);
  if (fileSystem.kind(target) === 'none') fileSystem.makeDirectory(target);
  const lock = environment.lock(target, false);
  try {
    judgeTarget(fileSystem, target);
    try {
      await fill(fileSystem, target, content, check);
      lock.release();
    } catch (error) {
      empty(fileSystem, target);
      throw error;
    }
  } finally {
    // Again does nothing.
    lock.release();
  }
}

async function fill(
  fileSystem: FileSystem,
  directory: string,
  content: TargetContent,
  check: () => void,
): Promise<void> {
  const { log, copy, storeId, segmentBytes } = content;
  const { control, memory } = log;
  const place = { fileSystem, directory, storeId };
  const context: LogContext = { ...place, control, memory, isMapped: false, segmentBytes };
  syncParent(fileSystem, directory);
  await writeSealed(context, copy.sealed, log.era);
  check();
  control.words[NEXT_GENERATION] = copy.liveGeneration;
  const generation = beginLane(context, 0);
  const lane = {
    lane: 0,
    firstGeneration: copy.sealed[0]?.generation ?? generation,
    liveGeneration: generation,
    endGeneration: generation,
    endOffset: SEGMENT_HEADER_BYTES,
  };
  check();
  SuperblockWriter.create(fileSystem, directory, {
    storeId,
    counter: 1,
    state: STORE_CLEAN,
    era: log.era,
    durable: 0,
    firstSequence: 1,
    nextGeneration: generation + 1,
    epoch: 1,
    lanes: [lane],
  });
}

/** Removes everything but the lock; the superblock first, so that half a store never is one. */
function empty(fileSystem: FileSystem, directory: string): void {
  removeFiles(fileSystem, directory, [SUPERBLOCK_NAME]);
  const names = fileSystem.list(directory).filter((name) => !isLockName(name));
  removeFiles(fileSystem, directory, names);
}

function isLockName(name: string): boolean {
  return name === LOCK_NAME || name.startsWith(`${LOCK_NAME}.`);
}
