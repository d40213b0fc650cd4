// npm run power -- [--states 21000] [--seed N] [--io mapped|buffered|both] [--phase NAME [--script N]]
// Cuts the power of the simulated disk in every phase of a store's life, judges what is left, and prints
// a table. Exit code 1 if anything is wrong or too few states were different. A violation names phase,
// medium and script: with the same seed they repeat it.

import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { PhaseName, ScriptRun } from './power-run.js';
import { PHASE_NAMES, runScript } from './power-run.js';
import { isPhaseName, type Medium, Totals } from './totals.js';
import type { WorkerAnswer } from './worker.js';

const THREADS = 2;
const DISTINCT_PER_PHASE = 500;
/** Fewer states in all are a trial run. */
const STATES_FOR_PROOF = 20_000;
const ANSWER_MS_MAX = 180_000;
const SHOWN_MAX = 10;

interface Arguments {
  seed: number;
  states: number;
  media: Medium[];
  phases: PhaseName[];
  script: number | undefined;
}

async function main(): Promise<number> {
  const given = readArguments();
  console.log(`seed ${given.seed}, ${given.states} states`);
  const start = performance.now();
  const totals = new Totals(given.states, given.phases, given.media);
  if (given.script === undefined) await runAll(given, totals);
  else await runOne(given, given.script, totals);
  console.log(totals.table());
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  for (const violation of totals.violations.slice(0, SHOWN_MAX)) console.error(violation);
  const poor = given.states >= STATES_FOR_PROOF ? totals.phasesBelow(DISTINCT_PER_PHASE) : [];
  const isShort = given.script === undefined && totals.distinct < given.states;
  if (poor.length > 0) console.error(`too few different states in ${poor.join(', ')}`);
  if (isShort) console.error(`only ${totals.distinct} different states`);
  return totals.violations.length > 0 || poor.length > 0 || isShort ? 1 : 0;
}

async function runOne(given: Arguments, script: number, totals: Totals): Promise<void> {
  for (const phase of given.phases) {
    for (const medium of given.media) {
      const run = { phase, isMapped: medium === 'mapped', seed: given.seed, script };
      totals.add(run, await runScript(run));
    }
  }
}

/** Hands out scripts to threads until the states are enough. */
function runAll(given: Arguments, totals: Totals): Promise<unknown> {
  const threads = Array.from({ length: THREADS }, () => runThread(given, totals));
  return Promise.all(threads);
}

function runThread(given: Arguments, totals: Totals): Promise<void> {
  const worker = new Worker(new URL('./worker.js', import.meta.url));
  return new Promise((resolve, reject) => {
    let watchdog: NodeJS.Timeout | undefined;
    const next = () => {
      clearTimeout(watchdog);
      const run = totals.next(given.seed);
      if (run === undefined) {
        void worker.terminate().then(() => resolve());
        return;
      }
      watchdog = setTimeout(() => hang(run), ANSWER_MS_MAX);
      worker.postMessage(run);
    };
    const hang = (run: ScriptRun) => {
      totals.add(run, { states: 0, hashes: [], violations: [`${nameOf(run)}: no answer`] });
      void worker.terminate().then(() => resolve());
    };
    worker.on('message', ({ run, result }: WorkerAnswer) => {
      totals.add(run, result);
      next();
    });
    worker.on('error', reject);
    next();
  });
}

function nameOf({ phase, isMapped, script }: ScriptRun): string {
  return `${phase} ${isMapped ? 'mapped' : 'buffered'} script ${script}`;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      states: { type: 'string', default: '21000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      io: { type: 'string', default: 'both' },
      phase: { type: 'string' },
      script: { type: 'string' },
    },
  });
  const { io, phase, script } = values;
  if (io !== 'mapped' && io !== 'buffered' && io !== 'both') {
    throw new TypeError('--io is mapped, buffered or both');
  }
  if (phase !== undefined && !isPhaseName(phase)) {
    throw new TypeError(`--phase is one of ${PHASE_NAMES.join(', ')}`);
  }
  return {
    seed: wholeNumber(values.seed, '--seed'),
    states: wholeNumber(values.states, '--states'),
    media: io === 'both' ? ['mapped', 'buffered'] : [io],
    phases: phase === undefined ? PHASE_NAMES : [phase],
    script: script === undefined ? undefined : wholeNumber(script, '--script'),
  };
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
