// Single durable writes one after another: `await put()`, and the write that is durable on
// return. A bare loop of pwrite and fdatasync on a preallocated file runs in the same process,
// turn by turn, so that both meet the same disk at the same time.

import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { verifyGets } from '../data.js';
import type { Engine, Pending } from '../engines/engine.js';
import { Histogram } from '../histogram.js';
import type { Context, Outcome, Workload } from './workload.js';
import { barePercentiles, onLoadedStore, percentiles } from './workload.js';

const BARE_FILE_BYTES = 4 * 1024 * 1024;
const BARE_WRITE_BYTES = 168;
const TURN_WRITES = 50;
type Write = (engine: Engine, key: string, value: Uint8Array) => Pending;

class BareLoop {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(BARE_WRITE_BYTES, 'x');
  #position = 0;

  constructor(directory: string) {
    this.#file = openSync(`${directory}/bare`, 'w+');
    writeSync(this.#file, Buffer.alloc(BARE_FILE_BYTES));
    fsyncSync(this.#file);
  }

  run(writes: number, latencies: Histogram): void {
    for (let i = 0; i < writes; i++) {
      if (this.#position + BARE_WRITE_BYTES > BARE_FILE_BYTES) this.#position = 0;
      const started = performance.now();
      writeSync(this.#file, this.#bytes, 0, BARE_WRITE_BYTES, this.#position);
      fdatasyncSync(this.#file);
      latencies.add(performance.now() - started);
      this.#position += BARE_WRITE_BYTES;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Measures `write` beside the bare loop; every key is overwritten once at most. */
async function measure(
  engine: Engine,
  context: Context,
  write: Write,
): Promise<[Histogram, Histogram]> {
  const { data, directory, milliseconds } = context;
  const bare = new BareLoop(directory);
  const order = data.order(3);
  const [latencies, bareLatencies] = [new Histogram(), new Histogram()];
  const deadline = performance.now() + 2 * milliseconds;
  let next = 0;
  while (performance.now() < deadline && next + TURN_WRITES <= data.count) {
    const { keys, values } = data.records(order, 1, next, next + TURN_WRITES);
    for (let i = 0; i < TURN_WRITES; i++) {
      const started = performance.now();
      await write(engine, keys[i]!, values[i]!);
      latencies.add(performance.now() - started);
    }
    bare.run(TURN_WRITES, bareLatencies);
    next += TURN_WRITES;
  }
  bare.close();
  if (next < data.count) await engine.load(data.records(order, 1, next));
  verifyGets(engine, data, 1);
  return [latencies, bareLatencies];
}

export const durablePut: Workload = {
  name: 'durable-put',
  title: 'await put(), one at a time',
  metrics: [...percentiles('durable-put', 'durable put'), ...barePercentiles('bare')],
  phases: onLoadedStore(async (engine, context): Promise<Outcome> => {
    const [latencies, bare] = await measure(engine, context, (to, key, value) =>
      to.put(key, value),
    );
    return { latencies: { 'durable-put': latencies.toData(), bare: bare.toData() } };
  }),
};

export const durablePutSync: Workload = {
  name: 'durable-put-sync',
  title: 'put and flushSync, durable on return, one at a time',
  metrics: [...percentiles('durable-put-sync', 'put + flushSync'), ...barePercentiles('bare-sync')],
  phases: onLoadedStore(async (engine, context): Promise<Outcome> => {
    const { putSync } = engine;
    if (putSync === undefined) return {};
    const [latencies, bare] = await measure(engine, context, (_, key, value) => {
      putSync(key, value);
      return undefined;
    });
    return { latencies: { 'durable-put-sync': latencies.toData(), 'bare-sync': bare.toData() } };
  }),
};
