// What a store takes from the world around it, so that tests can give it another one: files, the
// lock, background work, time.

import { threadId } from 'node:worker_threads';
import type { ControlBlock } from '../control/control-block.js';
import type { DirectoryLock } from '../io/directory-lock.js';
import { acquireDirectoryLock } from '../io/directory-lock.js';
import type { FileSystem } from '../io/file-system.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { observeDirectoryLock } from '../io/observe-directory-lock.js';
import type { Background } from '../sync/background.js';
import type { BackgroundData } from './background-threads.js';
import { BackgroundThreads } from './background-threads.js';

export interface Environment {
  fileSystem: FileSystem;
  /**
   * Takes the directory for this process; STORE_LOCKED if somebody has it. A reader changes
   * nothing.
   */
  lock(directory: string, isReader: boolean): DirectoryLock;
  background(control: ControlBlock, data: Omit<BackgroundData, 'isNative'>): Background;
  usesHugePages: boolean;
  /** Quiet time after which the watermark is written. */
  idleMs: number;
  /** Longest wait of a writer for a segment. */
  stallMsMax: number;
  lanesMax: number;
  /** Names this thread in lock words. */
  mark: number;
  /** Sixteen random bytes. */
  newStoreId(): Uint8Array;
}

const IDLE_MS = 50;
const STALL_MS_MAX = 30_000;

/** The real world, on Node. */
export function nodeEnvironment(isNative = true): Environment {
  const fileSystem = new NodeFileSystem({ native: isNative });
  return {
    fileSystem,
    lock: (directory, isReader) => {
      const options = { fileSystem, directory, native: isNative };
      return isReader ? observeDirectoryLock(options) : acquireDirectoryLock(options);
    },
    background: (control, data) => new BackgroundThreads(control, { ...data, isNative }),
    usesHugePages: isNative,
    idleMs: IDLE_MS,
    stallMsMax: STALL_MS_MAX,
    lanesMax: 1,
    mark: threadId + 1,
    newStoreId: () => crypto.getRandomValues(new Uint8Array(16)),
  };
}
