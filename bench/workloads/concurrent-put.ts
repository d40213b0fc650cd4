// 512 independent writers, each waiting for its own write to be durable before the next one;
// and how long the calling thread is held by put() itself while syncs of a group are running.

import type { Data } from '../data.js';
import { verifyGets } from '../data.js';
import type { Engine } from '../engines/engine.js';
import { Histogram } from '../histogram.js';
import type { Context, Outcome, Workload } from './workload.js';
import { detailPercentiles, onLoadedStore, percentiles, perSecond, rate } from './workload.js';

const WRITERS = 512;
const TURN_PUTS = 32;

/** Writes what a time-limited run left out, then checks everything. */
async function finish(engine: Engine, data: Data, order: Uint32Array, done: number): Promise<void> {
  if (done < data.count) await engine.load(data.records(order, 1, done));
  verifyGets(engine, data, 1);
}

async function runWriters(engine: Engine, context: Context): Promise<Outcome> {
  const { data, milliseconds } = context;
  const order = data.order(3);
  const { keys, values } = data.records(order, 1);
  const latencies = new Histogram();
  const started = performance.now();
  const deadline = started + 2 * milliseconds;
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < keys.length) {
      const at = next++;
      const begun = performance.now();
      await engine.put(keys[at]!, values[at]!);
      const now = performance.now();
      latencies.add(now - begun);
      if (now > deadline) return;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const elapsed = performance.now() - started;
  const done = latencies.total;
  await finish(engine, data, order, next);
  return {
    figures: { 'durable-512': perSecond(done, elapsed) },
    latencies: { 'durable-512-latency': latencies.toData() },
  };
}

export const durable512: Workload = {
  name: 'durable-512',
  title: 'durable put with 512 in flight',
  metrics: [
    rate('durable-512', 'durable put, 512 in flight'),
    ...detailPercentiles('durable-512-latency', '  acknowledgement'),
  ],
  phases: onLoadedStore(runWriters),
};

async function runPutLatency(engine: Engine, context: Context): Promise<Outcome> {
  const { data, milliseconds } = context;
  const order = data.order(3);
  const latencies = new Histogram();
  const deadline = performance.now() + 2 * milliseconds;
  let next = 0;
  let inFlight = 0;
  let failure: unknown;
  const acknowledged = (): void => {
    inFlight--;
  };
  const failed = (error: unknown): void => {
    failure = error;
  };
  while (performance.now() < deadline && next + TURN_PUTS <= data.count) {
    const { keys, values } = data.records(order, 1, next, next + TURN_PUTS);
    for (let i = 0; i < TURN_PUTS; i++) {
      const started = performance.now();
      const promise = engine.put(keys[i]!, values[i]!);
      latencies.add(performance.now() - started);
      inFlight++;
      if (promise === undefined) acknowledged();
      else promise.then(acknowledged, failed);
    }
    next += TURN_PUTS;
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (failure !== undefined) throw failure;
    } while (inFlight > WRITERS - TURN_PUTS);
  }
  await finish(engine, data, order, next);
  return { latencies: { 'put-call': latencies.toData() } };
}

export const putLatency: Workload = {
  name: 'put-latency',
  title: 'time inside the put() call while syncs are running',
  metrics: percentiles('put-call', 'put() call, syncs running'),
  phases: onLoadedStore(runPutLatency),
};
