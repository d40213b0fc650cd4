// What the kills of a run hit, and the table of it.

import type { RotationTrace } from './rotation-trace.js';
import type { VictimReport } from './victim.js';

export interface CrashTotals {
  kills: number;
  inFlight: number;
  /** Preparing or switching. */
  rotation: number;
  preparing: number;
  switching: number;
  /** Opening in any of the three ways that follow. */
  opening: number;
  firstOpening: number;
  cleanOpening: number;
  recovery: number;
  closing: number;
  idle: number;
  fullTimes: number;
  checks: number;
  acknowledged: number;
  recovered: number;
  violations: string[];
}

export interface KillFacts {
  readonly report: VictimReport;
  readonly trace: RotationTrace;
  /** No process has opened the store before. */
  readonly isNew: boolean;
  /** The store was closed by whoever used it last. */
  readonly isClean: boolean;
}

export function emptyTotals(): CrashTotals {
  return {
    kills: 0,
    inFlight: 0,
    rotation: 0,
    preparing: 0,
    switching: 0,
    opening: 0,
    firstOpening: 0,
    cleanOpening: 0,
    recovery: 0,
    closing: 0,
    idle: 0,
    fullTimes: 0,
    checks: 0,
    acknowledged: 0,
    recovered: 0,
    violations: [],
  };
}

export function addKill(totals: CrashTotals, { report, trace, isNew, isClean }: KillFacts): void {
  totals.kills++;
  totals.fullTimes += report.fullTimes;
  if (report.phase === 'opening') {
    totals.opening++;
    if (report.openings > 1) totals.cleanOpening++;
    else if (isNew) totals.firstOpening++;
    else if (isClean) totals.cleanOpening++;
    else totals.recovery++;
    return;
  }
  const isInFlight = report.issued > report.acknowledged;
  if (isInFlight) totals.inFlight++;
  if (report.phase === 'closing') totals.closing++;
  else if (!isInFlight) totals.idle++;
  if (report.issued === 0) return;
  if (trace.isPreparing) totals.preparing++;
  if (trace.isSwitching) totals.switching++;
  if (trace.isPreparing || trace.isSwitching) totals.rotation++;
}

export function share(totals: CrashTotals, count: number): number {
  return totals.kills === 0 ? 0 : count / totals.kills;
}

export function formatTotals(totals: CrashTotals): string {
  const rows: [string, number][] = [
    ['kills', totals.kills],
    ['with writes in flight', totals.inFlight],
    ['in rotation', totals.rotation],
    ['  a segment was being prepared', totals.preparing],
    ['  trailer written, next segment empty', totals.switching],
    ['in open or recovery', totals.opening],
    ['  first opening of a new store', totals.firstOpening],
    ['  opening after a clean close', totals.cleanOpening],
    ['  recovery', totals.recovery],
    ['while closing', totals.closing],
    ['open, nothing in flight', totals.idle],
  ];
  const lines = rows.map(([name, count]) => {
    const percent = `${(share(totals, count) * 100).toFixed(0)} %`;
    return `${name.padEnd(40)}${String(count).padStart(6)}${percent.padStart(8)}`;
  });
  lines.push(
    `${totals.checks} checks: ${totals.acknowledged} operations acknowledged, ` +
      `${totals.recovered} recovered, store full ${totals.fullTimes} times`,
    `violations: ${totals.violations.length}`,
    ...totals.violations.map((violation) => `  ${violation}`),
  );
  return lines.join('\n');
}
