// The background of a store without threads: sync rounds and the preparing of segments run on the
// caller's thread, at moments a test chooses, with the code the real threads run. Same calls, same
// order of disk operations. Does not pace syncs.

import type { ControlBlock } from '../../src/control/control-block.js';
import { DURABLE } from '../../src/control/control-block.js';
import { isPoisoned, poison } from '../../src/control/poison.js';
import { viewPool } from '../../src/control/pool.js';
import type { FileSystem } from '../../src/io/file-system.js';
import type { Background } from '../../src/sync/background.js';
import { SyncRound } from '../../src/sync/sync-round.js';
import type { BackgroundData } from '../../src/threads/background-threads.js';
import { prepareWanted } from '../../src/wal/prepare-segment.js';
import type { LogContext } from '../../src/wal/segment-spec.js';

/**
 * When a sync round runs by itself: `urgent`: in a microtask as soon as somebody waits; `told`: only in
 * runRound(), awaitDurable() and stop().
 */
export type SyncMode = 'urgent' | 'told';

export interface InlineBackgroundOptions {
  fileSystem: FileSystem;
  mode: SyncMode;
  /** Prepares standbys that writers asked for at each round; else writers prepare in place. */
  prepares: boolean;
}

/** Marks locks; another one than that of any writer. */
const ROUND_MARK = 0x7ffffff0;
/** A store that is dropped with writes pending does not hold the process for longer. */
const KEEP_ALIVE_MS = 1000;

export class InlineBackground implements Background {
  readonly lookMs = 0;
  readonly control: ControlBlock;
  readonly round: SyncRound;
  readonly context: LogContext;
  mode: SyncMode;
  prepares: boolean;
  #isDue = false;
  #isStopped = false;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(
    control: ControlBlock,
    data: Omit<BackgroundData, 'isNative'>,
    options: InlineBackgroundOptions,
  ) {
    this.control = control;
    this.mode = options.mode;
    this.prepares = options.prepares;
    const { directory, storeId, isMapped, segmentBytes, imagesAt } = data;
    const { fileSystem } = options;
    const memory = viewPool(data.pool);
    this.round = new SyncRound({ fileSystem, directory, control, memory, isMapped }, ROUND_MARK);
    this.context = {
      fileSystem,
      directory,
      storeId,
      control,
      memory,
      isMapped,
      segmentBytes,
      imagesAt,
    };
  }

  /** Low half of the durable sequence. */
  get durable(): number {
    return Atomics.load(this.control.words, DURABLE) >>> 0;
  }

  /** Prepares what writers asked for; of a poisoned store nothing, as the real preparer. */
  prepare(): void {
    if (isPoisoned(this.control)) return;
    for (let lane = 0; lane < this.control.lanesMax; lane++) prepareWanted(this.context, lane);
  }

  /** What the syncer does once it wakes up. True if something was synced. */
  runRound(): boolean {
    if (this.prepares) this.prepare();
    this.round.admitPrepared();
    return this.round.run();
  }

  admitPrepared(): void {
    this.round.admitPrepared();
  }

  drain(): void {
    this.runRound();
  }

  start(): void {}

  requestSync(isUrgent: boolean): void {
    if (!isUrgent || this.mode === 'told' || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#isStopped) this.runRound();
    });
  }

  awaitDurable(_seen: number): void {
    this.runRound();
  }

  setReferenced(isReferenced: boolean): void {
    clearTimeout(this.#keepAlive);
    this.#keepAlive = isReferenced ? setTimeout(() => undefined, KEEP_ALIVE_MS) : undefined;
  }

  /** As the threads end: the syncer syncs what is left, then closes its descriptors. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.setReferenced(false);
    try {
      this.round.admitPrepared();
      while (this.round.run());
      this.round.close();
    } catch (error) {
      poison(this.control, error);
    }
    return Promise.resolve();
  }
}
