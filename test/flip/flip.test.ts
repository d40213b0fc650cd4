// A short damage proof over a sample of bytes. The whole one: npm run flip.

import test from 'ava';
import { runPart } from './flip-run.js';
import { STORE_NAMES } from './flip-stores.js';
import { TORN_NAMES } from './torn-sweep.js';

const EVERY = 97;
const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

for (const store of STORE_NAMES) {
  test(`${store}: a flipped bit is right data or a typed error with its place`, async (t) => {
    t.log(`seed ${seed}`);
    const every = { seed, every: EVERY };
    for (const part of [0, 3]) {
      const result = await runPart({ sort: 'flips', store, part }, every);
      t.deepEqual(result.violations, []);
    }
  });

  test(`${store}: damaged files are right data or a typed error`, async (t) => {
    t.log(`seed ${seed}`);
    const result = await runPart({ sort: 'files', store }, { seed, every: 7 });
    t.deepEqual(result.violations, []);
  });
}

for (const name of TORN_NAMES) {
  test(`${name}: a torn last group leaves whole records in order`, async (t) => {
    t.log(`seed ${seed}`);
    const result = await runPart({ sort: 'torn', name }, { seed, every: EVERY });
    t.deepEqual(result.violations, []);
    t.true(result.torn!.partly > 0);
  });
}

test('a damaged LOCK keeps nobody out who may come in', async (t) => {
  t.log(`seed ${seed}`);
  const result = await runPart({ sort: 'lock' }, { seed, every: 31 });
  t.deepEqual(result.violations, []);
});
