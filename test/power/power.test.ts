// A short power-cut proof of every phase, mapped and buffered. The long one: npm run power.

import test from 'ava';
import { PHASE_NAMES, runScript } from './power-run.js';

const SCRIPTS = 2;
const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

for (const phase of PHASE_NAMES) {
  test(`a power cut in ${phase} loses nothing acknowledged and leaves a prefix`, async (t) => {
    t.log(`seed ${seed}`);
    const hashes = new Set<string>();
    for (const isMapped of [true, false]) {
      for (let script = 0; script < SCRIPTS; script++) {
        const result = await runScript({ phase, isMapped, seed, script });
        t.deepEqual(result.violations, []);
        for (const hash of result.hashes) hashes.add(hash);
      }
    }
    t.log(`${hashes.size} states`);
    t.true(hashes.size > 3);
  });
}

test('the same seed gives the same states', async (t) => {
  const run = { phase: 'rotation', isMapped: true, seed, script: 0 } as const;
  const first = await runScript(run);
  const second = await runScript(run);
  t.deepEqual(first.hashes, second.hashes);
});
