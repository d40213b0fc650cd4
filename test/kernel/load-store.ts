// A store under full load, and how often the next segment was ready when it was needed: with many
// writes in flight that are waited for, or with a bulk load that waits for nothing.

import { openWatched } from './watched-store.js';

export interface LoadTask {
  readonly path: string;
  readonly io: 'mapped' | 'buffered';
  readonly segmentBytes: number;
  readonly valueBytes: number;
  /** Bytes of values that are written in all. */
  readonly totalBytes: number;
  /** Writes in flight; 0: nothing is waited for. */
  readonly inFlight: number;
}

export interface LoadReport {
  readonly rotations: number;
  /** Rotations for which the writer waited, and those for which it prepared the segment itself. */
  readonly stalls: number;
  readonly inPlace: number;
  readonly writesPerSecond: number;
  readonly putMsMax: number;
}

const MEMORY_BYTES = 1024 << 20;
const KEY_BYTES = 16;
/** A bulk load lets others run after so many writes. */
const RUN = 100;

export async function loadStore(task: LoadTask): Promise<LoadReport> {
  const { path, io, segmentBytes, valueBytes, totalBytes, inFlight } = task;
  const { store } = await openWatched({ path, io, segmentBytes, memoryBytes: MEMORY_BYTES });
  const value = Buffer.alloc(valueBytes, 7);
  const writes = Math.floor(totalBytes / valueBytes);
  let written = 0;
  let putMsMax = 0;
  const put = (key: Buffer): Promise<unknown> => {
    key.writeUInt32BE(written++, 0);
    const start = performance.now();
    const promise = store.put(key, value);
    putMsMax = Math.max(putMsMax, performance.now() - start);
    return promise;
  };
  const start = performance.now();
  if (inFlight === 0) {
    const key = Buffer.alloc(KEY_BYTES);
    while (written < writes) {
      void put(key);
      if (written % RUN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const waitEach = async (): Promise<void> => {
    const key = Buffer.alloc(KEY_BYTES);
    while (written < writes) await put(key);
  };
  await Promise.all(Array.from({ length: inFlight }, waitEach));
  await store.flush();
  const seconds = (performance.now() - start) / 1000;
  const [lane] = store.stats().lanes;
  await store.close();
  if (lane === undefined) throw new Error('a store has a lane');
  const { rotations, stalls, preparedInPlace } = lane;
  return {
    rotations,
    stalls,
    inPlace: preparedInPlace,
    writesPerSecond: writes / seconds,
    putMsMax,
  };
}
