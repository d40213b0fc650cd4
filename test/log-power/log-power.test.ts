// A short power-cut proof of a log, mapped and buffered. The long one: npm run power:log.

import test from 'ava';
import { runLogScript } from './log-power-run.js';

const SCRIPTS = 8;
const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

for (const isMapped of [true, false]) {
  const medium = isMapped ? 'mapped' : 'buffered';
  test(`a power cut of a ${medium} log loses nothing acknowledged and leaves a prefix`, async (t) => {
    t.log(`seed ${seed}`);
    const hashes = new Set<string>();
    for (let script = 0; script < SCRIPTS; script++) {
      const result = await runLogScript(seed, script, isMapped);
      t.deepEqual(result.violations, []);
      for (const hash of result.hashes) hashes.add(hash);
    }
    t.log(`${hashes.size} states`);
    t.true(hashes.size > 50);
  });
}
