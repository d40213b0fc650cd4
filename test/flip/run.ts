// npm run flip -- [--seed N] [--every N]
// Damages small stores bit by bit, tears the last group of a log, and mistreats whole files; prints what
// became of each. Exit code 1 if a store ever gave wrong data, lost what it must not, or failed without
// a typed error; or if too little was damaged.

import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { allParts, FlipTotals, type Part, type PartResult } from './flip-run.js';

const THREADS = 2;
const BYTES_MIN = 131_072;
const ANSWER_MS_MAX = 600_000;
const SHOWN_MAX = 10;
const KINDS = [
  'superblock',
  'segment header',
  'sealed segment header',
  'put',
  'delete',
  'batch',
  'commit',
  'no-op',
  'rotation trailer',
  'sealed put',
  'sealed delete',
  'sealed batch',
  'sealed commit',
  'sealed rotation trailer',
];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      every: { type: 'string', default: '1' },
    },
  });
  const seed = wholeNumber(values.seed, '--seed');
  const every = wholeNumber(values.every, '--every');
  console.log(`seed ${seed}${every === 1 ? '' : `, each ${every}th byte`}`);
  const start = performance.now();
  const totals = new FlipTotals();
  const parts = allParts();
  const run = () => runThread({ seed, every }, parts, totals);
  await Promise.all(Array.from({ length: THREADS }, run));
  console.log(`${totals.tables()}\n`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${totals.bytes} used bytes damaged, ${totals.violations.length} violations, ${seconds} s`,
  );
  for (const violation of totals.violations.slice(0, SHOWN_MAX)) console.error(violation);
  const missing = KINDS.filter((kind) => !totals.kinds.has(kind));
  if (missing.length > 0) console.error(`nothing damaged of: ${missing.join(', ')}`);
  const isShort = every === 1 && totals.bytes < BYTES_MIN;
  if (isShort) console.error(`fewer than ${BYTES_MIN} bytes were damaged`);
  return totals.violations.length > 0 || isShort || (every === 1 && missing.length > 0) ? 1 : 0;
}

function runThread(
  options: { seed: number; every: number },
  parts: Part[],
  totals: FlipTotals,
): Promise<void> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    let watchdog: NodeJS.Timeout | undefined;
    const end = () => void worker.terminate().then(() => resolve());
    const next = () => {
      clearTimeout(watchdog);
      const part = parts.shift();
      if (part === undefined) {
        end();
        return;
      }
      watchdog = setTimeout(() => {
        totals.violations.push(`${JSON.stringify(part)}: no answer`);
        end();
      }, ANSWER_MS_MAX);
      worker.postMessage(part);
    };
    worker.on('message', (result: PartResult) => {
      totals.add(result);
      next();
    });
    worker.on('error', reject);
    next();
  });
}

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${name} is a whole number`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
