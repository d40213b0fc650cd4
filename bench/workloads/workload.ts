// What a workload is: one or more phases, each run in a process of its own, and the figures it
// gives. Figures are compared by their median over the rounds, latencies are pooled.

import { readdirSync, statSync } from 'node:fs';
import type { Data } from '../data.js';
import { verifyGets } from '../data.js';
import type { Engine, EngineModule, Records } from '../engines/engine.js';
import type { HistogramData } from '../histogram.js';

export interface Context {
  readonly module: EngineModule;
  readonly directory: string;
  readonly data: Data;
  /** How long a measurement limited by time runs. */
  readonly milliseconds: number;
  readonly quick: boolean;
}

export interface Outcome {
  readonly figures?: Record<string, number>;
  readonly latencies?: Record<string, HistogramData>;
  /** Depends on every byte read, so that no loop can be optimised away. */
  readonly sum?: number;
}

export interface Phase {
  run(context: Context): Promise<Outcome>;
  /** The process is killed with SIGKILL when run() resolves; otherwise it ends by itself. */
  readonly killed: boolean;
}

export type Unit = 'op/s' | 'entries/s' | 'records/s' | 'MB/s' | 'us' | 'ms' | 'MB';

export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly moreIsBetter: boolean;
  /** Taken from pooled latencies instead of a figure. */
  readonly from?: { readonly latencies: string; readonly share: number };
  /** Says nothing about a store: no ratio is made. */
  readonly uncompared?: boolean;
  /** A detail: in table and JSON, not in the plot. */
  readonly detail?: boolean;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly phases: readonly Phase[];
  /** Number of records; --keys if undefined. */
  readonly keys?: (quick: boolean) => number;
}

export function rate(name: string, title: string, unit: Unit = 'op/s'): Metric {
  return { name, title, unit, moreIsBetter: true };
}

const SHARES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['p99.99', 0.9999],
] as const;

/** p50, p99, p99.9 and p99.99 of the latencies called `name`; only p50 is no detail. */
export function percentiles(name: string, title: string): Metric[] {
  return percentileMetrics(name, title, SHARES, false);
}

/** As percentiles, all of them details. */
export function detailPercentiles(name: string, title: string): Metric[] {
  return percentileMetrics(name, title, SHARES, true);
}

/** p50 and p99 of the bare loop that runs beside a store. */
export function barePercentiles(name: string): Metric[] {
  const metrics = percentileMetrics(name, '  bare pwrite+fdatasync', SHARES.slice(0, 2), true);
  return metrics.map((metric) => ({ ...metric, uncompared: true }));
}

function percentileMetrics(
  name: string,
  title: string,
  shares: readonly (readonly [string, number])[],
  detail: boolean,
): Metric[] {
  return shares.map(([label, share]) => ({
    name: `${name}-${label}`,
    title: `${title} ${label}`,
    unit: 'us',
    moreIsBetter: false,
    from: { latencies: name, share },
    detail: detail || label !== 'p50',
  }));
}

/** A workload of one phase that gets an open store, which is closed afterwards. */
export function onOpenStore(run: (engine: Engine, context: Context) => Promise<Outcome>): Phase[] {
  return [
    {
      killed: false,
      async run(context) {
        const path = storePath(context);
        const engine = await context.module.open(path, { withSecondStore: true });
        const outcome = await run(engine, context);
        await engine.close();
        return outcome;
      },
    },
  ];
}

/** As onOpenStore, with all keys loaded in random order and checked. */
export function onLoadedStore(
  run: (engine: Engine, context: Context) => Promise<Outcome>,
): Phase[] {
  return onOpenStore(async (engine, context) => {
    const { data } = context;
    await engine.load(data.records(data.order(1), 0));
    verifyGets(engine, data, 0);
    await settle();
    return run(engine, context);
  });
}

export function storePath({ directory }: Context): string {
  return `${directory}/store`;
}

/** Collects garbage of the preparation and lets background work finish. */
export async function settle(): Promise<void> {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
}

export function perSecond(operations: number, milliseconds: number): number {
  return operations / (milliseconds / 1000);
}

export async function timedLoad(engine: Engine, records: Records): Promise<number> {
  const started = performance.now();
  await engine.load(records);
  return performance.now() - started;
}

/** Bytes of allocated blocks below a directory, of the files that `counts` accepts. */
export function allocatedBytes(directory: string, counts: (name: string) => boolean): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !counts(entry.name)) continue;
    bytes += statSync(`${entry.parentPath}/${entry.name}`).blocks * 512;
  }
  return bytes;
}
