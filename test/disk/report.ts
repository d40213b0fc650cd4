// The tables of full disks and of file systems that went away.

import type { FullTotals } from './full-run.js';
import type { ShutdownTotals } from './shutdown-run.js';

export function formatFull(type: string, totals: FullTotals): string {
  const { cases, kinds, refused, records, violations } = totals;
  return [
    row(`${type}: full disks`, cases),
    ...rowsOf(kinds),
    'refused for want of room, by what the disk was full for and the moment',
    ...rowsOf(refused),
    row('records written, none lost', records),
    ...problems(violations),
  ].join('\n');
}

export function formatShutdowns(type: string, { crash, kinds, ends }: ShutdownTotals): string {
  return [
    row(`${type}: file systems shut down`, crash.kills),
    ...rowsOf(kinds),
    row('  with writes in flight', crash.inFlight),
    row('  in rotation', crash.rotation),
    row('  in open or recovery', crash.opening),
    row('    first opening of a new store', crash.firstOpening),
    row('    opening after a clean close', crash.cleanOpening),
    row('    recovery', crash.recovery),
    row('  while closing', crash.closing),
    'how the processes ended',
    ...rowsOf(ends),
    `${crash.checks} checks: ${crash.acknowledged} operations acknowledged, ${crash.recovered} recovered`,
    ...problems(crash.violations),
  ].join('\n');
}

function rowsOf(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => row(`  ${name}`, count));
}

function problems(violations: readonly string[]): string[] {
  return [`violations: ${violations.length}`, ...violations.map((violation) => `  ${violation}`)];
}

function row(name: string, count: number): string {
  return `${name.padEnd(44)}${String(count).padStart(7)}`;
}
