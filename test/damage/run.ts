// npm run salvage -- --damages 200 --seed 1: random damages, each salvaged and judged; prints what was
// damaged and what became of it.

import { parseArgs } from 'node:util';

import { runDamages } from './damage-run.js';

const SHOWN_MAX = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      damages: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const seed = wholeNumber(values.seed, '--seed');
  const damages = wholeNumber(values.damages, '--damages');
  console.log(`seed ${seed}`);
  const start = performance.now();
  const totals = await runDamages({ seed, damages });
  for (const counts of [totals.stores, totals.kinds, totals.outcomes]) {
    for (const [name, count] of [...counts].sort()) {
      console.log(`${String(count).padStart(6)}  ${name}`);
    }
    console.log('');
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${totals.damages} damages, ${totals.records} records, ${totals.lost} of them lost by the damage, ` +
      `${totals.violations.length} violations, ${seconds} s`,
  );
  for (const violation of totals.violations.slice(0, SHOWN_MAX)) console.error(violation);
  return totals.violations.length > 0 ? 1 : 0;
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
