// A thread that takes runs and chunks of a pool, marks them as its own, looks whether they stay so, and
// gives them back.

import { parentPort, workerData } from 'node:worker_threads';

import { ControlBlock } from '../../src/control/control-block.js';
import {
  CHUNK_BYTES,
  releaseRun,
  reserveChunks,
  takeChunk,
  takeRun,
  viewPool,
} from '../../src/control/pool.js';
import { seededRandom } from './random.js';

export interface PoolTask {
  control: SharedArrayBuffer;
  pool: SharedArrayBuffer;
  mark: number;
  rounds: number;
}

export interface PoolResult {
  taken: number;
  refused: number;
  /** Chunks that somebody else marked too. */
  shared: number;
}

const task = workerData as PoolTask;
const control = new ControlBlock(task.control);
const { words } = viewPool(task.pool);
const random = seededRandom(task.mark);
const held: { offset: number; bytes: number }[] = [];
const result: PoolResult = { taken: 0, refused: 0, shared: 0 };

function firstWords(run: { offset: number; bytes: number }): number[] {
  const chunks = run.bytes / CHUNK_BYTES;
  return Array.from({ length: chunks }, (_, chunk) => (run.offset + chunk * CHUNK_BYTES) >>> 2);
}

function giveBack(): void {
  const run = held.splice(Math.floor(random() * held.length), 1)[0]!;
  for (const word of firstWords(run)) {
    if (Atomics.exchange(words, word, 0) !== task.mark) result.shared++;
  }
  releaseRun(control, run.offset, run.bytes);
}

for (let round = 0; round < task.rounds; round++) {
  if (held.length > 0 && random() < 0.5) {
    giveBack();
    continue;
  }
  const count = random() < 0.5 ? 1 : Math.ceil(random() * 5);
  let offset = -1;
  if (count > 1) offset = takeRun(control, count * CHUNK_BYTES);
  else if (reserveChunks(control, 1)) offset = takeChunk(control, 1);
  if (offset < 0) {
    result.refused++;
    continue;
  }
  result.taken++;
  const run = { offset, bytes: count * CHUNK_BYTES };
  for (const word of firstWords(run)) {
    if (Atomics.exchange(words, word, task.mark) !== 0) result.shared++;
  }
  held.push(run);
}
while (held.length > 0) giveBack();
parentPort!.postMessage(result);
