// Collects what the rounds measured and reduces it: the median of figures, percentiles of pooled
// latencies.

import { Histogram } from './histogram.js';
import type { Metric, Outcome, Workload } from './workloads/workload.js';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export class Measurements {
  readonly #figures = new Map<string, number[]>();
  readonly #latencies = new Map<string, Histogram>();
  readonly #failures = new Map<string, string>();

  add(engine: string, outcome: Outcome): void {
    for (const [name, value] of Object.entries(outcome.figures ?? {})) {
      const key = `${engine} ${name}`;
      const values = this.#figures.get(key) ?? [];
      values.push(value);
      this.#figures.set(key, values);
    }
    for (const [name, data] of Object.entries(outcome.latencies ?? {})) {
      const key = `${engine} ${name}`;
      const histogram = this.#latencies.get(key) ?? new Histogram();
      histogram.merge(data);
      this.#latencies.set(key, histogram);
    }
  }

  fail(engine: string, workload: Workload, message: string): void {
    this.#failures.set(`${engine} ${workload.name}`, message);
  }

  failure(engine: string, workload: Workload): string | undefined {
    return this.#failures.get(`${engine} ${workload.name}`);
  }

  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /** The reduced value; NaN where nothing was measured. */
  value(engine: string, { name, from }: Metric): number {
    if (from === undefined) return median(this.rounds(engine, name));
    const histogram = this.#latencies.get(`${engine} ${from.latencies}`);
    return histogram?.percentile(from.share) ?? Number.NaN;
  }

  /** Single rounds of a figure. */
  rounds(engine: string, name: string): readonly number[] {
    return this.#figures.get(`${engine} ${name}`) ?? [];
  }

  samples(engine: string, { from }: Metric): number {
    if (from === undefined) return 0;
    return this.#latencies.get(`${engine} ${from.latencies}`)?.total ?? 0;
  }
}
