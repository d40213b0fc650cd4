// The process of one primitive: warms it up, then takes samples of about 10 ms and sends their
// median in nanoseconds per operation.

import { median } from '../measurements.js';
import type { Loop } from './primitive.js';
import { PRIMITIVES } from './registry.js';

export interface MicroTask {
  readonly primitive: string;
  readonly directory: string;
  readonly samples: number;
}

export type MicroReply =
  | { readonly nanoseconds: number; readonly sum: number }
  | { readonly skipped: string };

const SAMPLE_MS = 10;
const WARM_UP_MS = 150;

/** Runs the loop once; a loop that is not asynchronous is not waited for. */
async function sample(loop: Loop, iterations: number): Promise<{ elapsed: number; sum: number }> {
  const started = performance.now();
  const result = loop.run(iterations);
  const sum = typeof result === 'number' ? result : await result;
  return { elapsed: performance.now() - started, sum };
}

async function calibrate(loop: Loop): Promise<{ iterations: number; sum: number }> {
  let [iterations, sum, spent] = [16, 0, 0];
  for (;;) {
    const taken = await sample(loop, iterations);
    sum += taken.sum;
    spent += taken.elapsed;
    await loop.rest?.();
    if (taken.elapsed < SAMPLE_MS / 2) iterations *= 2;
    else if (spent > WARM_UP_MS) return { iterations, sum };
  }
}

async function run({ primitive, directory, samples }: MicroTask): Promise<MicroReply> {
  const found = PRIMITIVES.find(({ name }) => name === primitive);
  if (found === undefined) throw new Error(`unknown primitive ${primitive}`);
  const loop = await found.prepare(directory);
  let { iterations, sum } = await calibrate(loop);
  const taken: number[] = [];
  for (let i = 0; i < samples; i++) {
    const one = await sample(loop, iterations);
    sum += one.sum;
    taken.push((one.elapsed * 1e6) / iterations);
    await loop.rest?.();
  }
  await loop.close?.();
  return { nanoseconds: median(taken), sum };
}

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  const task = JSON.parse(process.argv[2] ?? '{}') as MicroTask;
  let reply: MicroReply;
  try {
    reply = await run(task);
  } catch (error) {
    reply = { skipped: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply, () => process.exit(0));
}

await main();
