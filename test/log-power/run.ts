// npm run power:log -- [--scripts 300] [--seed N] [--script N]
// Cuts the power of the simulated disk in every part of a log's life, judges what is left, and prints
// totals. Exit code 1 if anything is wrong. A violation names medium and script: with the same seed
// they repeat it.

import { parseArgs } from 'node:util';
import { runLogScript } from './log-power-run.js';

const SHOWN_MAX = 10;

const { values } = parseArgs({
  options: {
    scripts: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    script: { type: 'string' },
  },
});
const seed = Number(values.seed);
const only = values.script === undefined ? undefined : Number(values.script);
const scripts = only === undefined ? Number(values.scripts) : only + 1;
if (![seed, scripts].every(Number.isSafeInteger)) throw new TypeError('whole numbers are expected');
console.log(`seed ${seed}, scripts ${only ?? 0} to ${scripts - 1}`);
const start = performance.now();
const hashes = new Set<string>();
const violations: string[] = [];
let states = 0;
for (let script = only ?? 0; script < scripts; script++) {
  for (const isMapped of [false, true]) {
    const result = await runLogScript(seed, script, isMapped);
    states += result.states;
    for (const hash of result.hashes) hashes.add(hash);
    violations.push(...result.violations);
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  `${states} states, ${hashes.size} different, ${violations.length} violations, ${seconds} s`,
);
for (const violation of violations.slice(0, SHOWN_MAX)) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
