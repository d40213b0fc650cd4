// npm run crash -- --kills 200 [--io mapped|buffered|both] [--seed N]: kills writers and prints
// what the kills hit. Exit code 1 if anything acknowledged was lost, if what is back is no prefix,
// if a store did not open, or if the kills did not hit what they should.

import { parseArgs } from 'node:util';

import { type CrashRunOptions, runCrash } from './crash-run.js';
import { type CrashTotals, formatTotals, share } from './totals.js';

const IN_FLIGHT_MIN = 0.5;
const ROTATION_MIN = 0.1;
const OPENING_MIN = 0.1;
/** Fewer kills say nothing about shares. */
const KILLS_FOR_SHARES = 50;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      io: { type: 'string', default: 'both' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const { io } = values;
  const kills = Number(values.kills);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(kills) || kills < 1) throw new TypeError('--kills is a number from 1');
  if (!Number.isSafeInteger(seed)) throw new TypeError('--seed is a whole number');
  if (io !== 'mapped' && io !== 'buffered' && io !== 'both') {
    throw new TypeError('--io is mapped, buffered or both');
  }
  console.log(`seed ${seed}, ${kills} kills, io ${io}`);
  const start = performance.now();
  const totals = await runCrash({ seed, kills, io, onProgress: progress(kills) });
  console.log(formatTotals(totals));
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  const isMissed = kills >= KILLS_FOR_SHARES && !hitsEnough(totals);
  if (isMissed) console.error('the kills did not hit what they should: see the shares above');
  return totals.violations.length > 0 || isMissed ? 1 : 0;
}

/** One line that counts, on a terminal only. */
function progress(kills: number): NonNullable<CrashRunOptions['onProgress']> {
  return (totals) => {
    if (!process.stderr.isTTY) return;
    const end = totals.kills >= kills ? '\n' : '';
    process.stderr.write(`\r${totals.kills} kills, ${totals.violations.length} violations${end}`);
  };
}

function hitsEnough(totals: CrashTotals): boolean {
  return (
    share(totals, totals.inFlight) >= IN_FLIGHT_MIN &&
    share(totals, totals.rotation) >= ROTATION_MIN &&
    share(totals, totals.opening) >= OPENING_MIN
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
