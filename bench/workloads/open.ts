// Opening: after SIGKILL of a process whose writes were all acknowledged, and after a clean
// close. Measured from the call to open until it resolved and one key was read, because some
// stores put the work off until the first read. The files are in the page cache.

import { verifyGets } from '../data.js';
import type { Context, Outcome, Phase, Workload } from './workload.js';
import { perSecond, rate, storePath } from './workload.js';

const SLICE = 50_000;

async function load(context: Context, close: boolean): Promise<Outcome> {
  const { data, module } = context;
  const engine = await module.open(storePath(context), { withSecondStore: false });
  const order = data.order(1);
  for (let at = 0; at < data.count; at += SLICE) {
    await engine.load(data.records(order, 0, at, Math.min(at + SLICE, data.count)));
  }
  if (close) await engine.close();
  return {};
}

async function timedOpen(context: Context): Promise<number> {
  const { data, module } = context;
  await module.prepare();
  const started = performance.now();
  const engine = await module.open(storePath(context), { withSecondStore: false });
  const first = engine.get(data.key(0));
  const elapsed = performance.now() - started;
  if (first === undefined) throw new Error('the first key is missing');
  verifyGets(engine, data, 0, 20_000);
  await engine.close();
  return elapsed;
}

const loadAndBeKilled: Phase = { killed: true, run: (context) => load(context, false) };
const loadAndClose: Phase = { killed: false, run: (context) => load(context, true) };

export const recovery: Workload = {
  name: 'recovery',
  title: 'open after SIGKILL',
  metrics: [
    rate('recovery', 'recovery', 'records/s'),
    { ...rate('recovery-time', 'recovery, time', 'ms'), moreIsBetter: false, detail: true },
  ],
  keys: (quick) => (quick ? 100_000 : 500_000),
  phases: [
    loadAndBeKilled,
    {
      killed: false,
      async run(context) {
        const elapsed = await timedOpen(context);
        const recordsPerSecond = perSecond(context.data.count, elapsed);
        return { figures: { recovery: recordsPerSecond, 'recovery-time': elapsed } };
      },
    },
  ],
};

export const openClean: Workload = {
  name: 'open-clean',
  title: 'open after a clean close',
  metrics: [{ ...rate('open-clean', 'open after close', 'ms'), moreIsBetter: false }],
  phases: [
    loadAndClose,
    {
      killed: false,
      run: async (context) => ({ figures: { 'open-clean': await timedOpen(context) } }),
    },
  ],
};
