// The finished report as plain data: what the table prints, the plot draws and the JSON keeps.

import type { EngineModule } from '../engines/engine.js';
import type { Environment } from '../environment.js';
import type { Measurements } from '../measurements.js';
import type { MicroResult } from '../micro/run.js';
import type { Metric, Unit, Workload } from '../workloads/workload.js';

export interface Cell {
  /** Median over the rounds, or the percentile of all rounds' latencies; null: not measured. */
  readonly value: number | null;
  readonly rounds: readonly number[];
  readonly samples: number;
}

export interface Row {
  readonly workload: string;
  readonly metric: string;
  readonly title: string;
  readonly unit: Unit;
  readonly moreIsBetter: boolean;
  readonly detail: boolean;
  readonly cells: Readonly<Record<string, Cell>>;
  /** LaneDB against the best rival; above 1 LaneDB is better. */
  readonly ratio: number | null;
  readonly bestRival: string | null;
}

/** An engine of the run. */
export interface EngineNote {
  readonly name: string;
  readonly rival: boolean;
  readonly version: string | null;
  /** Why the engine could not be measured. */
  readonly skipped: string | null;
}

export interface Report {
  readonly environment: Environment;
  readonly rounds: number;
  readonly keys: number;
  readonly quick: boolean;
  readonly engines: readonly EngineNote[];
  readonly rows: readonly Row[];
  readonly primitives: readonly MicroResult[];
  readonly failures: Readonly<Record<string, string>>;
}

const MAIN_ENGINE = 'lanedb';

function makeRow(
  workload: Workload,
  metric: Metric,
  engines: readonly EngineModule[],
  measured: Measurements,
): Row {
  const cells: Record<string, Cell> = {};
  let best: { name: string; value: number } | undefined;
  for (const { name, rival } of engines) {
    const value = measured.value(name, metric);
    const rounds = measured.rounds(name, metric.name);
    const samples = measured.samples(name, metric);
    cells[name] = { value: Number.isNaN(value) ? null : value, rounds, samples };
    if (!rival || Number.isNaN(value)) continue;
    const better = best === undefined || value > best.value === metric.moreIsBetter;
    if (better) best = { name, value };
  }
  const own = cells[MAIN_ENGINE]?.value ?? null;
  let ratio: number | null = null;
  if (own !== null && best !== undefined && metric.uncompared !== true) {
    ratio = metric.moreIsBetter ? own / best.value : best.value / own;
  }
  return {
    workload: workload.name,
    metric: metric.name,
    title: metric.title,
    unit: metric.unit,
    moreIsBetter: metric.moreIsBetter,
    detail: metric.detail ?? false,
    cells,
    ratio,
    bestRival: best?.name ?? null,
  };
}

export function makeRows(
  workloads: readonly Workload[],
  engines: readonly EngineModule[],
  measured: Measurements,
): Row[] {
  return workloads.flatMap((workload) =>
    workload.metrics.map((metric) => makeRow(workload, metric, engines, measured)),
  );
}

/** The value of a metric for an engine, or null. */
export function measuredValue(report: Report, engine: string, metric: string): number | null {
  const row = report.rows.find((candidate) => candidate.metric === metric);
  return row?.cells[engine]?.value ?? null;
}
