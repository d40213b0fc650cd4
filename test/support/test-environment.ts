// The world of a store on a simulated disk: no threads, no time, no other process. Everything in it
// follows from the seed and from what the test does.

import type { ControlBlock } from '../../src/control/control-block.js';
import type { DirectoryLock } from '../../src/io/directory-lock.js';
import { acquireDirectoryLock } from '../../src/io/directory-lock.js';
import { observeDirectoryLock } from '../../src/io/observe-directory-lock.js';
import type { BackgroundData } from '../../src/threads/background-threads.js';
import type { Environment } from '../../src/threads/environment.js';
import type { SyncMode } from './inline-background.js';
import { InlineBackground } from './inline-background.js';
import { seededRandom } from './random.js';
import type { TestDisk } from './test-disk.js';

export interface TestEnvironmentOptions {
  /** Decides the id of a new store. */
  seed?: number;
  mode?: SyncMode;
  prepares?: boolean;
  idleMs?: number;
  stallMsMax?: number;
  lanesMax?: number;
  /** `file`: the real LOCK file, whose other owners are all dead; `none`: no lock and no file. */
  lock?: 'file' | 'none';
}

const NEVER_MS = 2 ** 30;

export class TestEnvironment implements Environment {
  readonly fileSystem: TestDisk;
  readonly usesHugePages = false;
  readonly idleMs: number;
  readonly stallMsMax: number;
  readonly lanesMax: number;
  readonly mark = 1;
  /** The background of the store opened last. */
  current: InlineBackground | undefined;
  readonly #options: TestEnvironmentOptions;

  constructor(disk: TestDisk, options: TestEnvironmentOptions = {}) {
    this.fileSystem = disk;
    this.#options = options;
    this.idleMs = options.idleMs ?? NEVER_MS;
    this.stallMsMax = options.stallMsMax ?? 0;
    this.lanesMax = options.lanesMax ?? 1;
  }

  lock(directory: string, isReader: boolean): DirectoryLock {
    if (this.#options.lock !== 'file') return { release: () => undefined };
    const { fileSystem } = this;
    const options = { fileSystem, directory, native: false, isAlive: () => false };
    return isReader ? observeDirectoryLock(options) : acquireDirectoryLock(options);
  }

  background(control: ControlBlock, data: Omit<BackgroundData, 'isNative'>): InlineBackground {
    const { mode = 'urgent', prepares = false } = this.#options;
    const { fileSystem } = this;
    this.current = new InlineBackground(control, data, { fileSystem, mode, prepares });
    return this.current;
  }

  newStoreId(): Uint8Array {
    const random = seededRandom(this.#options.seed ?? 1);
    return Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  }
}
