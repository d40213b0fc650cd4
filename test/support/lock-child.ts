// A process of its own that takes the lock of a store directory when told to. Started with fork().
// Messages to it: {command: 'acquire', directory, native, atMs} | {command: 'release'} |
// {command: 'cycle', directory, native, untilMs} | {command: 'acquire-in-worker', directory, native}.

import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

import { isLaneError } from '../../src/errors.js';
import { acquireDirectoryLock, type DirectoryLock } from '../../src/io/directory-lock.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';

export type LockCommand =
  | { command: 'acquire'; directory: string; native: boolean; atMs: number }
  | { command: 'acquire-in-worker'; directory: string; native: boolean }
  | { command: 'cycle'; directory: string; native: boolean; untilMs: number }
  | { command: 'release' };

/** 'won', 'locked' or 'released', or the text of any other error; of a cycle also what it saw. */
export interface LockAnswer {
  outcome: string;
  acquired?: number;
  overlaps?: number;
}

interface InWorker {
  directory: string;
  native: boolean;
}

const fileSystem = new NodeFileSystem();
let held: DirectoryLock | undefined;

if (isMainThread) {
  process.on('message', (message) => void answer(message as LockCommand));
  process.send?.({ outcome: 'ready' });
} else {
  const { directory, native } = workerData as InWorker;
  acquireDirectoryLock({ fileSystem, directory, native });
}

async function answer(message: LockCommand): Promise<void> {
  process.send?.(await run(message));
}

async function run(message: LockCommand): Promise<LockAnswer> {
  try {
    switch (message.command) {
      case 'acquire':
        // All children spin until the same moment, to meet inside the protocol.
        while (Date.now() < message.atMs);
        held = acquireDirectoryLock({ fileSystem, ...message });
        return { outcome: 'won' };
      case 'acquire-in-worker': {
        const worker = new Worker(new URL(import.meta.url), { workerData: message });
        const code = await new Promise((resolve) => worker.once('exit', resolve));
        return { outcome: code === 0 ? 'won' : `worker exit ${code}` };
      }
      case 'cycle':
        return cycle(message.directory, message.native, message.untilMs);
      case 'release':
        held?.release();
        return { outcome: 'released' };
    }
  } catch (error) {
    if (isLaneError(error, 'STORE_LOCKED')) return { outcome: 'locked' };
    return { outcome: String(error) };
  }
}

/** Takes and releases the lock again and again; a file inside tells whether two hold it at once. */
function cycle(directory: string, native: boolean, untilMs: number): LockAnswer {
  const inside = join(directory, 'inside');
  const seen = { outcome: 'cycled', acquired: 0, overlaps: 0 };
  while (Date.now() < untilMs) {
    let lock: DirectoryLock;
    try {
      lock = acquireDirectoryLock({ fileSystem, directory, native });
    } catch (error) {
      if (isLaneError(error, 'STORE_LOCKED')) continue;
      throw error;
    }
    seen.acquired++;
    try {
      closeSync(openSync(inside, 'wx'));
      unlinkSync(inside);
    } catch {
      seen.overlaps++;
    }
    lock.release();
  }
  return seen;
}
