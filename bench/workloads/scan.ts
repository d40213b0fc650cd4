// Scans of 100 entries from a random key, forward and reverse; every entry is handed out as an
// own key string and own value bytes.

import { verifyScan } from '../data.js';
import type { Engine } from '../engines/engine.js';
import type { Context, Outcome, Workload } from './workload.js';
import { onLoadedStore, perSecond, rate } from './workload.js';

const ENTRIES = 100;
const SLICE = 50;
const WARM_UP_SHARE = 0.3;

async function measure(engine: Engine, context: Context, reverse: boolean): Promise<Outcome> {
  const { data, milliseconds } = context;
  await verifyScan(engine, data, ENTRIES);
  const order = data.order(5);
  let [at, sum, elapsed, entries, counted] = [0, 0, -milliseconds * WARM_UP_SHARE, 0, 0];
  const visit = (key: string, value: Uint8Array): void => {
    sum += key.length + value[0]!;
    entries++;
  };
  while (elapsed < milliseconds) {
    const keys: string[] = [];
    for (let i = 0; i < SLICE; i++) {
      keys.push(data.key(order[at]!));
      at = at + 1 === order.length ? 0 : at + 1;
    }
    const warmingUp = elapsed < 0;
    entries = 0;
    const started = performance.now();
    for (const key of keys) {
      const pending = engine.scan(key, ENTRIES, reverse, visit);
      if (pending !== undefined) await pending;
    }
    elapsed += performance.now() - started;
    if (warmingUp && elapsed >= 0) elapsed = 0;
    else if (!warmingUp) counted += entries;
  }
  const name = reverse ? 'scan-reverse' : 'scan';
  return { figures: { [name]: perSecond(counted, elapsed) }, sum };
}

export const scan: Workload = {
  name: 'scan',
  title: 'scan of 100 from a random key, forward',
  metrics: [rate('scan', 'scan of 100', 'entries/s')],
  phases: onLoadedStore((engine, context) => measure(engine, context, false)),
};

export const scanReverse: Workload = {
  name: 'scan-reverse',
  title: 'scan of 100 from a random key, reverse',
  metrics: [rate('scan-reverse', 'scan of 100, reverse', 'entries/s')],
  phases: onLoadedStore((engine, context) => measure(engine, context, true)),
};
