// What an unused store costs, measured: node dist/test/idle/run.js [--seconds 10] [--cycles 1000].
// Prints the figures; exit code 1 if one is beyond its limit.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { CyclesReport, RestReport, SmallReport } from './child.js';
import { measure } from './measure.js';

const IDLE_PERCENT_MAX = 0.5;
const EMPTY_BYTES_MAX = 2 * 1024 * 1024;
const OPEN_MS_MAX = 15;
/** The heap and its libraries come and go by some. */
const MAPPINGS_GROWTH_MAX = 40;
const MEMORY_GROWTH_MAX = 16 * 1024 * 1024;
const OPENINGS = 40;
const IOS = ['mapped', 'buffered'] as const;

type Io = (typeof IOS)[number];

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      cycles: { type: 'string', default: '1000' },
    },
  });
  const root = mkdtempSync(join(tmpdir(), 'lanedb-idle-'));
  try {
    let isGood = true;
    for (const io of IOS) {
      console.log(io);
      isGood = (await measureSmall(root, io)) && isGood;
      isGood = (await measureRest(root, io, Number(values.seconds))) && isGood;
      isGood = (await measureCycles(root, io, Number(values.cycles))) && isGood;
      await measureEnd(root, io);
    }
    return isGood;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measureSmall(root: string, io: Io): Promise<boolean> {
  const path = join(root, `${io}-small`);
  mkdirSync(path);
  const { report } = await measure<SmallReport>({ kind: 'small', path, io, amount: OPENINGS });
  const median = report.openMs[report.openMs.length >> 1] ?? 0;
  const most = report.openMs.at(-1) ?? 0;
  line('empty store', `${(report.diskBytes / 1024).toFixed(0)} KiB`, 'at most 2,048 KiB');
  line('first opening', `${report.firstOpenMs.toFixed(1)} ms`, '');
  line('opening', `median ${median.toFixed(1)} ms, most ${most.toFixed(1)} ms`, 'at most 15 ms');
  return report.diskBytes <= EMPTY_BYTES_MAX && median <= OPEN_MS_MAX;
}

async function measureRest(root: string, io: Io, seconds: number): Promise<boolean> {
  const path = join(root, `${io}-rest`);
  const { report } = await measure<RestReport>({ kind: 'rest', path, io, amount: seconds * 1000 });
  const percent = (report.cpuMs / report.wallMs) * 100;
  line(`CPU of ${seconds} s of rest`, `${percent.toFixed(3)} %`, 'below 0.5 %');
  return percent < IDLE_PERCENT_MAX;
}

async function measureCycles(root: string, io: Io, cycles: number): Promise<boolean> {
  const path = join(root, `${io}-cycles`);
  const { report } = await measure<CyclesReport>({ kind: 'cycles', path, io, amount: cycles });
  const { before, after } = report;
  const each = (report.wallMs / cycles).toFixed(1);
  line(`${cycles} times open and close`, `${each} ms each`, '');
  for (const name of ['descriptors', 'storeMappings', 'threads', 'diskBytes'] as const) {
    line(`  ${name}`, `${before[name]} before, ${after[name]} after`, 'the same');
  }
  const mappings = `${before.mappings} before, ${after.mappings} after`;
  line('  mappings', mappings, `at most ${MAPPINGS_GROWTH_MAX} more`);
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const memory = `${megabytes(before.memoryBytes)} before, ${megabytes(after.memoryBytes)} after`;
  line('  memory', memory, `at most ${megabytes(MEMORY_GROWTH_MAX)} more`);
  return (
    after.descriptors <= before.descriptors &&
    after.storeMappings === 0 &&
    after.mappings - before.mappings <= MAPPINGS_GROWTH_MAX &&
    after.threads <= before.threads &&
    after.diskBytes <= before.diskBytes &&
    after.memoryBytes - before.memoryBytes <= MEMORY_GROWTH_MAX
  );
}

async function measureEnd(root: string, io: Io): Promise<void> {
  const path = join(root, `${io}-end`);
  const { endMs } = await measure({ kind: 'end', path, io, amount: 1000 });
  line('end of a process that never closes', `${endMs.toFixed(0)} ms after its last write`, '');
}

function line(name: string, figure: string, limit: string): void {
  console.log(`  ${name.padEnd(36)}${figure.padEnd(40)}${limit}`.trimEnd());
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
