// npm run disk [-- --cases 60] [-- --shutdowns 50] [-- --seed S]: stores on real disks that are full
// or go away, on every file system that can be made here. Needs root on Linux. Exit code 1 on a
// violation, 2 where nothing could be run.

import { parseArgs } from 'node:util';

import { type FullTotals, runFull } from './full-run.js';
import { type DiskType, whyNoLoopDisk } from './loop-disk.js';
import { formatFull, formatShutdowns } from './report.js';
import { whyNoShutdown } from './shut-down.js';
import { runShutdowns, type ShutdownTotals } from './shutdown-run.js';

const TYPES: readonly DiskType[] = ['ext4', 'xfs'];
/** Enough that every kind of case and every way to go away was met. */
const DEFAULTS = { cases: '60', shutdowns: '50' } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: DEFAULTS.cases },
      shutdowns: { type: 'string', default: DEFAULTS.shutdowns },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const cases = wholeNumber(values.cases, 'cases');
  const shutdowns = wholeNumber(values.shutdowns, 'shutdowns');
  const seed = wholeNumber(values.seed, 'seed');
  console.log(`seed ${seed}`);
  let violations = 0;
  let done = 0;
  for (const type of TYPES) {
    const why = whyNoLoopDisk(type) ?? whyNoShutdown();
    if (why !== undefined) {
      console.log(`${type}: skipped, ${why}`);
      continue;
    }
    const start = performance.now();
    const full = await runFull({ seed, cases, type, onProgress: progressOf(cases) });
    console.log(formatFull(type, full));
    const gone = await runShutdowns({ seed, shutdowns, type, onProgress: shutdownProgress });
    console.log(formatShutdowns(type, gone));
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
    violations += full.violations.length + gone.crash.violations.length;
    done++;
  }
  console.log(`${done} file systems, ${TYPES.length - done} skipped, ${violations} violations`);
  if (done === 0) return 2;
  return violations > 0 ? 1 : 0;
}

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`--${name} is a number from 0`);
  return value;
}

function progressOf(cases: number): (totals: FullTotals) => void {
  return (totals) => show(`${totals.cases} of ${cases} full disks`);
}

function shutdownProgress(totals: ShutdownTotals): void {
  show(`${totals.crash.kills} shutdowns`);
}

/** One line that counts, on a terminal only. */
function show(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(40)}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
