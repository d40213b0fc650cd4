// Synchronous reads of random keys: present ones and missing ones. Keys are made fresh before
// each measured slice, so none is an object the store has seen.

import type { Engine } from '../engines/engine.js';
import type { Context, Outcome, Workload } from './workload.js';
import { onLoadedStore, perSecond, rate } from './workload.js';

const SLICE = 5000;
const WARM_UP_SHARE = 0.3;

function readSlice(engine: Engine, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) {
    const value = engine.get(keys[i]!);
    if (value !== undefined) sum += value[0]! + value.length;
  }
  return sum;
}

function measure(
  engine: Engine,
  context: Context,
  keyOf: (index: number) => string,
): Outcome & {
  operations: number;
  elapsed: number;
} {
  const { data, milliseconds } = context;
  const order = data.order(4);
  const keys = new Array<string>(SLICE).fill('');
  let [at, sum, elapsed, operations] = [0, 0, -milliseconds * WARM_UP_SHARE, 0];
  while (elapsed < milliseconds) {
    for (let i = 0; i < SLICE; i++) {
      keys[i] = keyOf(order[at]!);
      at = at + 1 === order.length ? 0 : at + 1;
    }
    const warmingUp = elapsed < 0;
    const started = performance.now();
    sum += readSlice(engine, keys);
    elapsed += performance.now() - started;
    if (warmingUp && elapsed >= 0) elapsed = 0;
    else if (!warmingUp) operations += SLICE;
  }
  return { operations, elapsed, sum };
}

export const get: Workload = {
  name: 'get',
  title: 'get of random keys',
  metrics: [rate('get', 'get')],
  phases: onLoadedStore(async (engine, context) => {
    const { operations, elapsed, sum } = measure(engine, context, (i) => context.data.key(i));
    if (sum === 0) throw new Error('nothing was read');
    return { figures: { get: perSecond(operations, elapsed) }, sum: sum ?? 0 };
  }),
};

export const getMissing: Workload = {
  name: 'get-missing',
  title: 'get of keys that are not there',
  metrics: [rate('get-missing', 'get, missing')],
  phases: onLoadedStore(async (engine, context) => {
    const { data } = context;
    const { operations, elapsed, sum } = measure(engine, context, (i) => data.missingKey(i));
    if (sum !== 0) throw new Error('a missing key was found');
    return { figures: { 'get-missing': perSecond(operations, elapsed) } };
  }),
};
