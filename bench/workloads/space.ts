// Memory of the process after a bulk load (growth of the resident set since before the store was
// opened), and allocated disk blocks after a clean close; LaneDB's ring of log files also apart.

import type { Context, Outcome, Workload } from './workload.js';
import { allocatedBytes, rate, settle, storePath } from './workload.js';

const SLICE = 20_000;

async function run(context: Context): Promise<Outcome> {
  const { data, module } = context;
  const order = data.order(1);
  data.records(order, 0, 0, Math.min(SLICE, data.count));
  await settle();
  const before = process.memoryUsage.rss();
  const engine = await module.open(storePath(context), { withSecondStore: false });
  for (let at = 0; at < data.count; at += SLICE) {
    await engine.load(data.records(order, 0, at, Math.min(at + SLICE, data.count)));
  }
  await settle();
  const memory = process.memoryUsage.rss() - before;
  await engine.close();
  const path = storePath(context);
  const ring = allocatedBytes(path, module.isRingFile);
  const disk = allocatedBytes(path, () => true);
  const figures = {
    memory: memory / 1e6,
    disk: disk / 1e6,
    'disk-without-ring': (disk - ring) / 1e6,
  };
  return { figures };
}

const less = { moreIsBetter: false } as const;
const aside = { detail: true, uncompared: true } as const;

export const space: Workload = {
  name: 'space',
  title: 'memory and disk after a bulk load',
  metrics: [
    { ...rate('memory', 'memory after load', 'MB'), ...less },
    { ...rate('disk', 'disk after close', 'MB'), ...less },
    { ...rate('disk-without-ring', '  without the ring', 'MB'), ...less, ...aside },
  ],
  phases: [{ killed: false, run }],
};
