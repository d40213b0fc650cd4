// Values of 100 KB: writing them (flush counted) and reading them in random order.

import { makeRandom, shuffled, textValue } from '../data.js';
import type { Workload } from './workload.js';
import { onOpenStore, rate, settle, timedLoad } from './workload.js';

const VALUE_BYTES = 100 * 1024;
const DISTINCT_VALUES = 16;

function megabytesPerSecond(bytes: number, milliseconds: number): number {
  return bytes / 1e6 / (milliseconds / 1000);
}

export const largeValues: Workload = {
  name: 'large-values',
  title: 'values of 100 KB',
  metrics: [rate('large-put', '100 KB put', 'MB/s'), rate('large-get', '100 KB get', 'MB/s')],
  phases: onOpenStore(async (engine, { data, milliseconds, quick }) => {
    const count = quick ? 200 : 600;
    const random = makeRandom(2);
    const pool = Array.from({ length: DISTINCT_VALUES }, () => textValue(VALUE_BYTES, random));
    const largeValue = (index: number): Uint8Array => pool[index % DISTINCT_VALUES]!;
    const order = [...shuffled(count, data.seed)];
    const keys = order.map((index) => data.key(index));
    await settle();
    const putElapsed = await timedLoad(engine, { keys, values: order.map(largeValue) });
    let [sum, elapsed, bytes] = [0, 0, 0];
    for (let at = 0; elapsed < milliseconds; at = (at + 1) % count) {
      const key = data.key(at);
      const started = performance.now();
      const value = engine.get(key);
      elapsed += performance.now() - started;
      if (value?.length !== VALUE_BYTES) throw new Error('a large value is missing');
      sum += value[VALUE_BYTES - 1]!;
      bytes += VALUE_BYTES;
      if (bytes <= count * VALUE_BYTES && Buffer.compare(value, largeValue(at)) !== 0) {
        throw new Error(`wrong large value of ${key}`);
      }
    }
    const put = megabytesPerSecond(count * VALUE_BYTES, putElapsed);
    const get = megabytesPerSecond(bytes, elapsed);
    return { figures: { 'large-put': put, 'large-get': get }, sum };
  }),
};
