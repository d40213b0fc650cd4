// A process that uses a store as its argument says, and reports in lines of JSON. Used by tests that
// need another process, one that dies, or one with a visible garbage collector.

import { setTimeout as sleep } from 'node:timers/promises';

import { isLaneError, open } from '../../src/index.js';

export interface StoreTask {
  /**
   * hold: opens and stays; kill: writes, flushes and kills itself; end: writes and never closes;
   * lose: loses snapshots (needs --expose-gc); refuse: opens where it may not.
   */
  readonly kind: 'hold' | 'kill' | 'end' | 'lose' | 'refuse';
  readonly path: string;
  readonly io?: 'auto' | 'mapped' | 'buffered';
  readonly count?: number;
}

export interface StoreAnswer {
  readonly pid: number;
  readonly code?: string;
  readonly cause?: string;
  readonly file?: string;
  readonly snapshots?: readonly number[];
  readonly seen?: number;
}

const COLLECTIONS_MAX = 50;

function report(answer: Omit<StoreAnswer, 'pid'>): void {
  process.stdout.write(`${JSON.stringify({ pid: process.pid, ...answer })}\n`);
}

async function hold(task: StoreTask): Promise<void> {
  const store = await open(task.path, { io: task.io });
  report({});
  setInterval(() => store.has(0), 60_000);
}

async function kill(task: StoreTask): Promise<void> {
  const store = await open(task.path, { io: task.io });
  for (let index = 0; index < (task.count ?? 0); index++) void store.put(index, { index });
  await store.flush();
  report({ seen: store.count() });
  process.kill(process.pid, 'SIGKILL');
}

async function end(task: StoreTask): Promise<void> {
  const store = await open(task.path, { io: task.io });
  for (let index = 0; index < (task.count ?? 0); index++) void store.put(index, { index });
  report({});
}

async function lose(task: StoreTask): Promise<void> {
  const store = await open(task.path, { io: task.io });
  for (let index = 0; index < 2000; index++) void store.put(index, index);
  const snapshots: number[] = [];
  for (let index = 0; index < 20; index++) store.snapshot();
  snapshots.push(store.stats().snapshots);
  // Its range is all that is left of this one; it must not end while the range is in use.
  const range = store.snapshot().keys();
  for (let round = 0; round < COLLECTIONS_MAX && store.stats().snapshots > 1; round++) {
    globalThis.gc?.();
    await sleep(10);
  }
  snapshots.push(store.stats().snapshots);
  let seen = 0;
  for await (const _key of range) {
    if (seen++ % 100 === 0) {
      globalThis.gc?.();
      await sleep(1);
    }
  }
  report({ snapshots, seen });
  await store.close();
}

async function refuse(task: StoreTask): Promise<void> {
  try {
    await open(task.path);
    report({ code: 'opened' });
  } catch (error) {
    if (!isLaneError(error)) throw error;
    const cause = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    report({ code: error.code, ...(cause && { cause }), ...(error.file && { file: error.file }) });
  }
}

const KINDS = { hold, kill, end, lose, refuse };
const task = JSON.parse(process.argv[2] ?? '') as StoreTask;
await KINDS[task.kind](task);
