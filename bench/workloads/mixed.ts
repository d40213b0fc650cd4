// 90 % reads and 10 % writes of random keys, in windows of 512 writes that are made durable
// together; the durability of one window may overlap the next. Every write changes the value:
// SQLite skips writes that do not. And atomic, durable batches of 1,000 writes, one after another.

import type { Data } from '../data.js';
import { verifyGets } from '../data.js';
import type { Engine, Pending, Records } from '../engines/engine.js';
import type { Context, Outcome, Workload } from './workload.js';
import { onLoadedStore, perSecond, rate, settle } from './workload.js';

const WINDOW_PUTS = 512;
const READS_PER_PUT = 9;
const BATCH_PUTS = 1000;

/** Reads keys[0..8], writes key 9, reads keys[10..18], ...; returns a sum of what was read. */
function runWindow(engine: Engine, { keys, values }: Records): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) {
    if (i % (READS_PER_PUT + 1) === READS_PER_PUT) {
      engine.putInWindow(keys[i]!, values[i]!);
    } else {
      sum += engine.get(keys[i]!)![0]!;
    }
  }
  return sum;
}

async function runMixed(engine: Engine, context: Context): Promise<Outcome> {
  const { data, milliseconds } = context;
  const order = data.order(6);
  const generations = new Uint8Array(data.count);
  const perWindow = Math.min(WINDOW_PUTS * (READS_PER_PUT + 1), data.count);
  let [at, generation, sum, elapsed, operations] = [0, 1, 0, 0, 0];
  let previous: Pending;
  while (elapsed < milliseconds) {
    if (at + perWindow > data.count) [at, generation] = [0, 1 - generation];
    const records = data.records(order, generation, at, at + perWindow);
    for (let i = READS_PER_PUT; i < perWindow; i += READS_PER_PUT + 1) {
      generations[order[at + i]!] = generation;
    }
    at += perWindow;
    const started = performance.now();
    const pending = engine.window(() => {
      sum += runWindow(engine, records);
    });
    await previous;
    previous = pending;
    elapsed += performance.now() - started;
    operations += perWindow;
  }
  const started = performance.now();
  await previous;
  elapsed += performance.now() - started;
  verifyGets(engine, data, generations);
  return { figures: { mixed: perSecond(operations, elapsed) }, sum };
}

export const mixed: Workload = {
  name: 'mixed',
  title: '90 % get, 10 % put',
  metrics: [rate('mixed', 'mixed 90/10')],
  phases: onLoadedStore(runMixed),
};

function batchesOf(data: Data): Records[] {
  const order = data.order(7);
  const batches: Records[] = [];
  for (let at = 0; at + BATCH_PUTS <= data.count; at += BATCH_PUTS) {
    batches.push(data.records(order, 1, at, at + BATCH_PUTS));
  }
  return batches;
}

export const batch1000: Workload = {
  name: 'batch-1000',
  title: 'atomic, durable batches of 1,000 overwrites',
  metrics: [rate('batch-1000', 'batch of 1,000')],
  phases: onLoadedStore(async (engine, { data, milliseconds }) => {
    const batches = batchesOf(data);
    await settle();
    const started = performance.now();
    let done = 0;
    while (done < batches.length && performance.now() - started < 2 * milliseconds) {
      await engine.batch(batches[done++]!);
    }
    const elapsed = performance.now() - started;
    await engine.load(data.records(data.order(7), 1, done * BATCH_PUTS));
    verifyGets(engine, data, 1);
    return { figures: { 'batch-1000': perSecond(done * BATCH_PUTS, elapsed) } };
  }),
};
