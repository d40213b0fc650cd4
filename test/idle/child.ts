// The processes that the idle and leak measurements look at, one kind each: rest (an open store
// that nobody uses), cycles (open and close again and again), small (an empty store), end (writes,
// never closes). Each prints one line of JSON; cycles needs --expose-gc.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type AnyOptions, openAny } from '../support/any-store.js';
import { diskBytes, type Resources, readResources } from './resources.js';

export interface ChildTask {
  readonly kind: 'rest' | 'cycles' | 'small' | 'end';
  readonly path: string;
  readonly io: 'mapped' | 'buffered' | 'auto';
  /** Milliseconds of rest, cycles, openings. */
  readonly amount: number;
}

export interface RestReport {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface CyclesReport {
  readonly before: CycleFigures;
  readonly after: CycleFigures;
  readonly wallMs: number;
}

export interface CycleFigures extends Resources {
  readonly diskBytes: number;
}

export interface SmallReport {
  readonly diskBytes: number;
  readonly firstOpenMs: number;
  /** Of openings after a clean close, sorted. */
  readonly openMs: readonly number[];
}

const SETTLE_MS = 500;
const WARM_UP_CYCLES = 30;

async function rest({ path, io, amount }: ChildTask): Promise<RestReport> {
  const store = await openAny(path, { io });
  for (let index = 0; index < 1000; index++) void store.put(index, { index });
  await store.flush();
  const snapshot = store.snapshot();
  await sleep(SETTLE_MS);
  const start = performance.now();
  const before = process.cpuUsage();
  await sleep(amount);
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - start;
  snapshot.close();
  await store.close();
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** Every second cycle writes, so that its threads and mappings come to be. */
async function cycles({ path, io, amount }: ChildTask): Promise<CyclesReport> {
  await cycle(path, io, WARM_UP_CYCLES);
  const before = await figures(path);
  const start = performance.now();
  await cycle(path, io, amount);
  const wallMs = performance.now() - start;
  return { before, after: await figures(path), wallMs };
}

async function cycle(path: string, io: ChildTask['io'], count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const store = await openAny(path, { io });
    if (index % 2 === 0) {
      void store.put(index % 10, 'a value');
      store.snapshot();
      store.entries()[Symbol.iterator]().next();
    }
    await store.close();
  }
}

async function figures(path: string): Promise<CycleFigures> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(50);
  }
  return { ...readResources(path), diskBytes: diskBytes(path) };
}

async function small({ path, io, amount }: ChildTask): Promise<SmallReport> {
  const directory = join(path, 'warm-up');
  for (let index = 0; index < 5; index++) await timeOpen(directory, { io });
  const fresh = join(path, 'small');
  const firstOpenMs = await timeOpen(fresh, { io });
  const openMs: number[] = [];
  for (let index = 0; index < amount; index++) openMs.push(await timeOpen(fresh, { io }));
  const store = await openAny(fresh, { io });
  const bytes = diskBytes(fresh);
  await store.close();
  const closedBytes = diskBytes(fresh);
  openMs.sort((a, b) => a - b);
  return { diskBytes: Math.max(bytes, closedBytes), firstOpenMs, openMs };
}

async function timeOpen(path: string, options: AnyOptions): Promise<number> {
  const start = performance.now();
  const store = await openAny(path, options);
  const ms = performance.now() - start;
  await store.close();
  return ms;
}

/** Nothing keeps the process alive but the writes in flight. */
async function end({ path, io, amount }: ChildTask): Promise<object> {
  const store = await openAny(path, { io });
  for (let index = 0; index < amount; index++) void store.put(index, index);
  return { written: amount };
}

const KINDS = { rest, cycles, small, end };
const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
process.stdout.write(`${JSON.stringify(await KINDS[task.kind](task))}\n`);
