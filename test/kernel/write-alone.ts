// What awaited writes, one at a time, cause to be written: in a prepared segment, while nothing
// else is prepared.

import { setTimeout as sleep } from 'node:timers/promises';

import { deviceBytes, minorFaults, writtenBytes } from './counters.js';
import { openWatched, type WatchedStore } from './watched-store.js';

export interface AloneTask {
  readonly path: string;
  readonly io: 'mapped' | 'buffered';
  readonly segmentBytes: number;
  readonly writes: number;
  /** Block device that holds the store and nothing else, if its bytes are to be counted too. */
  readonly device?: string;
}

export interface AloneReport {
  /** For each write. */
  readonly processBytes: number;
  readonly deviceBytes: number | undefined;
  readonly syncs: number;
  /** Of the thread that writes, while it fills a prepared segment through the public interface. */
  readonly fillFaults: number;
}

const VALUE_BYTES = 500;
const REST_BYTES = 2000;
const SEGMENTS_BEFORE = 2;
/** Longer than the quiet time after which an idle store writes its watermark. */
const QUIET_MS = 150;

export async function writeAlone(task: AloneTask): Promise<AloneReport> {
  const { path, io, segmentBytes, writes, device } = task;
  const memoryBytes = Math.max(64 << 20, segmentBytes * 16);
  const watched = await openWatched({ path, io, segmentBytes, memoryBytes });
  const put = puts(watched);
  for (let full = 0; full < SEGMENTS_BEFORE; ) {
    await rotate(watched, put);
    if (watched.bytes === segmentBytes) full++;
  }
  const { store } = watched;
  await put();
  await sleep(QUIET_MS);
  const before = { device: device && deviceBytes(device), process: writtenBytes() };
  const { syncs } = store.stats();
  for (let index = 0; index < writes; index++) await put();
  const bytes = writtenBytes() - before.process;
  const after = device === undefined ? undefined : deviceBytes(device) - Number(before.device);
  const synced = store.stats().syncs - syncs;
  await rotate(watched, put);
  const counted = minorFaults();
  while (watched.position < segmentBytes - REST_BYTES) void put();
  const fillFaults = minorFaults() - counted;
  await store.close();
  return {
    processBytes: bytes / writes,
    deviceBytes: after === undefined ? undefined : after / writes,
    syncs: synced,
    fillFaults,
  };
}

function puts({ store }: WatchedStore): () => Promise<unknown> {
  const key = Buffer.alloc(16);
  const value = Buffer.alloc(VALUE_BYTES, 7);
  let written = 0;
  return () => {
    key.writeUInt32BE(written++, 0);
    return store.put(key, value);
  };
}

/** Goes into the next segment and waits until another one is ready behind it. */
async function rotate(watched: WatchedStore, put: () => Promise<unknown>): Promise<void> {
  const { slot } = watched;
  while (watched.slot === slot) void put();
  while (!watched.hasStandby) await sleep(5);
  await watched.store.flush();
}
