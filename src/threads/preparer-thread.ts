// The preparer's thread: a loop around prepareNext, so that writers find a standby segment ready.
// Waits in shared memory. A failed preparation is left to the writer, whose own attempt reports it;
// a failed sync poisons the store.

import { workerData } from 'node:worker_threads';
import {
  ControlBlock,
  LANE_WANTED,
  PREPARE_WANTED,
  PREPARER_STATE,
  ROLE_RUNNING,
  ROLE_STARTING,
  ROLE_STOPPED,
  ROLE_VACANT,
} from '../control/control-block.js';
import { poison } from '../control/poison.js';
import { viewPool } from '../control/pool.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { prepareWanted } from '../wal/prepare-segment.js';
import type { LogContext } from '../wal/segment-spec.js';
import { serveRequests } from './serve-requests.js';

export interface PreparerData {
  control: SharedArrayBuffer;
  pool: SharedArrayBuffer;
  directory: string;
  storeId: Uint8Array;
  isMapped: boolean;
  isNative: boolean;
  segmentBytes: number;
  /** Of a log: where its images lie in the pool. */
  imagesAt?: number | undefined;
}

function main(data: PreparerData): void {
  const control = new ControlBlock(data.control);
  const { words } = control;
  let context: LogContext | undefined;
  Atomics.compareExchange(words, PREPARER_STATE, ROLE_VACANT, ROLE_RUNNING);
  const serve = (): boolean => {
    if (!isAnyWanted(control)) return true;
    context ??= loadContext(control, data);
    if (context === undefined) return false;
    for (let lane = 0; lane < control.lanesMax; lane++) prepareWanted(context, lane);
    return true;
  };
  serveRequests(control, serve, (shared, index, seen) => Atomics.wait(shared, index, seen));
  Atomics.store(words, PREPARER_STATE, ROLE_STOPPED);
}

function isAnyWanted(control: ControlBlock): boolean {
  for (let lane = 0; lane < control.lanesMax; lane++) {
    const wanted = Atomics.load(control.words, control.laneStart(lane) + LANE_WANTED);
    if (wanted === PREPARE_WANTED) return true;
  }
  return false;
}

/**
 * Loads the native library when there is something to prepare: a store that never fills a segment
 * needs none, and koffi keeps some memory for every thread that ever loaded it. Undefined if the
 * process is ending: it must not meet a thread that is loading.
 */
function loadContext(control: ControlBlock, data: PreparerData): LogContext | undefined {
  const { words } = control;
  const state = Atomics.compareExchange(words, PREPARER_STATE, ROLE_RUNNING, ROLE_STARTING);
  if (state !== ROLE_RUNNING) return undefined;
  const fileSystem = new NodeFileSystem({ native: data.isNative && data.isMapped });
  Atomics.store(words, PREPARER_STATE, ROLE_RUNNING);
  Atomics.notify(words, PREPARER_STATE);
  return {
    fileSystem,
    directory: data.directory,
    storeId: data.storeId,
    control,
    memory: viewPool(data.pool),
    isMapped: data.isMapped,
    segmentBytes: data.segmentBytes,
    imagesAt: data.imagesAt,
  };
}

const data = workerData as PreparerData;
try {
  main(data);
} catch (error) {
  // The threads that wait learn it from shared memory: their event loops may be blocked.
  poison(new ControlBlock(data.control), error);
  throw error;
}
