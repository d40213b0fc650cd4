// The syncer's thread: a loop around SyncRound and nothing else. Waits in shared memory; a round
// that nobody waits for is delayed by the pace, so that stores into mapped pages rarely meet a
// write-back.

import { threadId, workerData } from 'node:worker_threads';
import {
  CLOSING,
  ControlBlock,
  ROLE_RUNNING,
  ROLE_STOPPED,
  SLEEP_IDLE,
  SLEEP_NONE,
  SLEEP_PACED,
  SYNC_REQUEST,
  SYNCER_SLEEP,
  SYNCER_STATE,
  URGENT,
} from '../control/control-block.js';
import { changesSoon } from '../control/look.js';
import { isPoisoned, poison } from '../control/poison.js';
import { viewPool } from '../control/pool.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { processorCount } from '../io/processor-count.js';
import { SyncRound } from './sync-round.js';

/** How long the syncer looks for the next request after a round before it sleeps. */
const LOOK_MS = 0.06;

export interface SyncerData {
  control: SharedArrayBuffer;
  pool: SharedArrayBuffer;
  directory: string;
  isMapped: boolean;
  syncDelayMs: number;
}

function main(data: SyncerData): void {
  const control = new ControlBlock(data.control);
  const { words } = control;
  const round = new SyncRound(
    {
      // It maps nothing and reserves nothing: without the native library the thread starts sooner.
      fileSystem: new NodeFileSystem({ native: false }),
      directory: data.directory,
      control,
      memory: viewPool(data.pool),
      isMapped: data.isMapped,
    },
    threadId + 1,
  );
  Atomics.store(words, SYNCER_STATE, ROLE_RUNNING);
  // Only after a round: whoever waited for it is likely to come again at once. Never when idle.
  const lookMsAfterRound = processorCount() > 1 ? LOOK_MS : 0;
  let lookMs = 0;
  for (;;) {
    const seen = Atomics.load(words, SYNC_REQUEST);
    round.admitPrepared();
    const didSync = round.run();
    if (isPoisoned(control)) break;
    if (didSync) {
      lookMs = lookMsAfterRound;
      pace(round, words, data.syncDelayMs);
      continue;
    }
    if (Atomics.load(words, CLOSING) !== 0) break;
    if (!changesSoon(words, SYNC_REQUEST, seen, lookMs)) {
      Atomics.store(words, SYNCER_SLEEP, SLEEP_IDLE);
      Atomics.wait(words, SYNC_REQUEST, seen);
      Atomics.store(words, SYNCER_SLEEP, SLEEP_NONE);
    }
    lookMs = 0;
    round.admitPrepared();
    pace(round, words, data.syncDelayMs);
  }
  round.close();
  Atomics.store(words, SYNCER_STATE, ROLE_STOPPED);
}

/** Waits for the pace to pass, or for somebody who waits; admits segments meanwhile. */
function pace(round: SyncRound, words: Int32Array, delayMs: number): void {
  const deadline = performance.now() + delayMs;
  Atomics.store(words, SYNCER_SLEEP, SLEEP_PACED);
  while (Atomics.load(words, URGENT) === 0 && Atomics.load(words, CLOSING) === 0) {
    const rest = deadline - performance.now();
    if (rest <= 0) break;
    const seen = Atomics.load(words, SYNC_REQUEST);
    if (Atomics.load(words, URGENT) !== 0) break;
    round.admitPrepared();
    Atomics.wait(words, SYNC_REQUEST, seen, rest);
  }
  Atomics.store(words, SYNCER_SLEEP, SLEEP_NONE);
}

const data = workerData as SyncerData;
try {
  main(data);
} catch (error) {
  // The threads that wait learn it from shared memory: their event loops may be blocked.
  poison(new ControlBlock(data.control), error);
  throw error;
}
