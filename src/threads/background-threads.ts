// The background threads of a store: the syncer and the preparer, each a loop around a plain
// function. They are started at the first write and hold nothing of the process alive but while a
// write is in flight. A thread that ends while it is needed poisons the store: whether its last
// sync happened is unknown. Owner: the thread that opened the store.

import { Worker } from 'node:worker_threads';
import type { ControlBlock } from '../control/control-block.js';
import {
  CLOSING,
  DURABLE,
  PREPARE_REQUEST,
  PREPARER_STATE,
  ROLE_RUNNING,
  ROLE_STARTING,
  ROLE_STOPPED,
  ROLE_VACANT,
  SLEEP_IDLE,
  SLEEP_NONE,
  SYNC_REQUEST,
  SYNCER_SLEEP,
  SYNCER_STATE,
  URGENT,
} from '../control/control-block.js';
import { changesSoon } from '../control/look.js';
import { poison } from '../control/poison.js';
import { LaneError } from '../errors.js';
import { findModule } from '../io/module-file.js';
import { processorCount } from '../io/processor-count.js';
import type { Background } from '../sync/background.js';
import type { SyncerData } from '../sync/syncer-thread.js';
import type { PreparerData } from './preparer-thread.js';

const WAIT_MS = 100;
/** Longest wait of an ending process for a thread that loads the native library. */
const LOAD_MS_MAX = 2000;
/** Who waits looks this long before it sleeps: about a sync, whose end costs two wake-ups else. */
const LOOK_MS = 0.25;
const YOUNG_GENERATION_MB = 2;
/** Longest wait of a blocked caller for a syncer that has not begun yet: it may never load. */
const START_MS_MAX = 30_000;
/** Where the threads lie: in the package, or beside the one file that a bundler made of it. */
const THREAD_FILES = {
  syncer: ['../sync/syncer-thread.js', './lanedb-syncer-thread.js'],
  preparer: ['./preparer-thread.js', './lanedb-preparer-thread.js'],
};

export interface BackgroundData extends SyncerData, PreparerData {}

type Role = keyof typeof THREAD_FILES;

export interface BackgroundOptions {
  /** Places of the threads' files, the first that is there counts. */
  files?: Record<Role, string[]>;
  startMsMax?: number;
}

export class BackgroundThreads implements Background {
  readonly #control: ControlBlock;
  readonly #data: BackgroundData;
  readonly #files: Record<Role, string[]>;
  readonly #startMsMax: number;
  readonly #workers: Worker[] = [];
  readonly #exits: Promise<void>[] = [];
  readonly lookMs = processorCount() > 1 ? LOOK_MS : 0;
  readonly #letLoad = () => {
    const { words } = this.#control;
    for (const state of [ROLE_VACANT, ROLE_RUNNING]) {
      Atomics.compareExchange(words, PREPARER_STATE, state, ROLE_STOPPED);
    }
    Atomics.wait(words, PREPARER_STATE, ROLE_STARTING, LOAD_MS_MAX);
  };
  #startedAt = 0;
  #isReferenced = false;
  #isStopping = false;

  constructor(control: ControlBlock, data: BackgroundData, options: BackgroundOptions = {}) {
    this.#control = control;
    this.#data = data;
    this.#files = options.files ?? THREAD_FILES;
    this.#startMsMax = options.startMsMax ?? START_MS_MAX;
  }

  start(): void {
    if (this.#workers.length > 0) return;
    const syncer = this.#entryOf('syncer');
    const preparer = this.#entryOf('preparer');
    this.#startedAt = performance.now();
    Atomics.compareExchange(this.#control.words, SYNCER_STATE, ROLE_VACANT, ROLE_STARTING);
    this.#startThread(syncer, 'syncer');
    this.#startThread(preparer, 'preparer');
    this.#holdExit();
  }

  requestSync(isUrgent: boolean): void {
    const { words } = this.#control;
    if (isUrgent) Atomics.store(words, URGENT, 1);
    Atomics.add(words, SYNC_REQUEST, 1);
    // The syncer says what wakes it before it looks at the request a last time.
    const sleep = Atomics.load(words, SYNCER_SLEEP);
    if (sleep === SLEEP_IDLE || (isUrgent && sleep !== SLEEP_NONE)) {
      Atomics.notify(words, SYNC_REQUEST);
    }
  }

  awaitDurable(seen: number): void {
    const { words } = this.#control;
    if (this.lookMs > 0 && changesSoon(words, DURABLE, seen, this.lookMs)) return;
    const ended = Atomics.wait(words, DURABLE, seen, WAIT_MS);
    if (ended === 'timed-out') this.#refuseLateStart();
  }

  admitPrepared(): void {
    const { words } = this.#control;
    Atomics.add(words, SYNC_REQUEST, 1);
    Atomics.notify(words, SYNC_REQUEST);
  }

  drain(): void {
    this.requestSync(true);
  }

  setReferenced(isReferenced: boolean): void {
    this.#isReferenced = isReferenced;
    // A close that is under way keeps the process until the threads are gone.
    if (this.#isStopping) return;
    const syncer = this.#workers[0];
    if (isReferenced) syncer?.ref();
    else syncer?.unref();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const { words } = this.#control;
    Atomics.store(words, CLOSING, 1);
    for (const word of [SYNC_REQUEST, PREPARE_REQUEST]) {
      Atomics.add(words, word, 1);
      Atomics.notify(words, word);
    }
    for (const worker of this.#workers) worker.ref();
    await Promise.all(this.#exits);
    process.off('exit', this.#letLoad);
  }

  /**
   * A thread that is ended while it loads the native library aborts the process: one that ends by
   * itself or by process.exit() keeps the preparer from beginning to, or waits, bounded, until it
   * has.
   */
  #holdExit(): void {
    const most = process.getMaxListeners();
    // With very many stores open the listener would only bring a warning.
    if (most > 0 && process.listenerCount('exit') >= most) return;
    process.once('exit', this.#letLoad);
  }

  /** Throws BACKGROUND_FAILED where the thread has no file: nothing was started then. */
  #entryOf(role: Role): URL {
    const entry = findModule(import.meta.url, this.#files[role]);
    if (entry !== undefined) return entry;
    throw new LaneError(
      'BACKGROUND_FAILED',
      `the file of the ${role} thread is missing: a bundler must leave lanedb out, or put ` +
        `lanedb-${role}-thread.js beside its output (docs/bundling.md)`,
    );
  }

  /** A thread that failed to load told the event loop, which a blocked caller does not let turn. */
  #refuseLateStart(): void {
    if (Atomics.load(this.#control.words, SYNCER_STATE) !== ROLE_STARTING) return;
    if (performance.now() - this.#startedAt < this.#startMsMax) return;
    const message = `the syncer thread did not begin within ${this.#startMsMax} ms`;
    poison(this.#control, new LaneError('BACKGROUND_FAILED', message));
  }

  #startThread(entry: URL, role: Role): void {
    const worker = new Worker(entry, {
      workerData: this.#data,
      name: `lanedb ${role}`,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const failed = (cause: unknown) =>
      poison(
        this.#control,
        new LaneError('BACKGROUND_FAILED', `the ${role} thread ended unexpectedly`, { cause }),
      );
    worker.on('error', failed);
    this.#exits.push(
      new Promise((resolve) => {
        worker.on('exit', (code) => {
          if (!this.#isStopping) failed(new Error(`exit code ${code}`));
          resolve();
        });
      }),
    );
    if (role === 'syncer' && this.#isReferenced) worker.ref();
    else worker.unref();
    this.#workers.push(worker);
  }
}
