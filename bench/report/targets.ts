// The targets LaneDB sets itself, and whether a report meets them.

import { formatNumber } from './format-number.js';
import type { Report } from './report.js';
import { measuredValue } from './report.js';

export interface Verdict {
  readonly title: string;
  readonly target: string;
  readonly figure: string;
  readonly met: boolean;
}

const BUFFERED = 'lanedb';
const MAPPED = 'lanedb-mapped';

const RATIO_TARGETS = [
  ['bulk-load', 3],
  ['get', 2.5],
  ['scan', 3],
  ['scan-reverse', 3],
  ['durable-512', 4],
] as const;

/** Metric, the bare metric beside it, allowed factor, allowed microseconds: the larger counts. */
const BARE_TARGETS = [
  ['durable-put-p50', 'bare-p50', 1.4, 45],
  ['durable-put-sync-p50', 'bare-sync-p50', 1.15, 25],
] as const;

const RECOVERY_RECORDS_PER_SECOND = 1e6;

const CALL_TARGETS = [
  [BUFFERED, 20],
  [MAPPED, 150],
] as const;

function ratioVerdicts(report: Report): Verdict[] {
  return RATIO_TARGETS.flatMap(([metric, least]) => {
    const row = report.rows.find((candidate) => candidate.metric === metric);
    if (row === undefined || row.ratio === null) return [];
    const figure = `${row.ratio.toFixed(2)}x ${row.bestRival}`;
    return [{ title: row.title, target: `>= ${least}x`, figure, met: row.ratio >= least }];
  });
}

function bareVerdicts(report: Report): Verdict[] {
  return BARE_TARGETS.flatMap(([metric, bareMetric, factor, extra]) => {
    const own = measuredValue(report, BUFFERED, metric);
    const bare = measuredValue(report, BUFFERED, bareMetric);
    if (own === null || bare === null) return [];
    const limit = Math.max(bare * factor, bare + extra);
    const figure = `${formatNumber(own)} us (bare ${formatNumber(bare)} us)`;
    const target = `<= ${formatNumber(limit)} us (${factor}x or + ${extra} us)`;
    return [{ title: metric, target, figure, met: own <= limit }];
  });
}

function recoveryVerdicts(report: Report): Verdict[] {
  const own = measuredValue(report, BUFFERED, 'recovery');
  if (own === null) return [];
  const target = `>= ${formatNumber(RECOVERY_RECORDS_PER_SECOND)} records/s`;
  const figure = `${formatNumber(own)} records/s`;
  return [{ title: 'recovery', target, figure, met: own >= RECOVERY_RECORDS_PER_SECOND }];
}

function callVerdicts(report: Report): Verdict[] {
  return CALL_TARGETS.flatMap(([engine, most]) => {
    const own = measuredValue(report, engine, 'put-call-p99.9');
    if (own === null) return [];
    const title = `put() call p99.9, syncs running, ${engine}`;
    return [
      { title, target: `<= ${most} us`, figure: `${formatNumber(own)} us`, met: own <= most },
    ];
  });
}

function primitiveVerdicts({ primitives }: Report): Verdict[] {
  return primitives.flatMap(({ name, target, nanoseconds }) => {
    if (target === null || nanoseconds === null) return [];
    const figure = `${nanoseconds.toFixed(0)} ns`;
    return [{ title: name, target: `<= ${target} ns`, figure, met: nanoseconds <= target }];
  });
}

export function judge(report: Report): Verdict[] {
  return [
    ...ratioVerdicts(report),
    ...bareVerdicts(report),
    ...recoveryVerdicts(report),
    ...callVerdicts(report),
    ...primitiveVerdicts(report),
  ];
}
