// A short proof of the salvage on random damages; the whole one: npm run salvage -- --damages 200. And
// what it makes of stores that nothing happened to.

import test from 'ava';

import { salvageIn } from '../../src/store/salvage.js';
import { DIRECTORY } from '../power/session.js';
import { TestEnvironment } from '../support/test-environment.js';
import { runDamages } from './damage-run.js';
import { DAMAGE_STORES, makeDamageStore } from './damage-stores.js';
import { judgeSalvage } from './judge-salvage.js';
import { KnownStore } from './known-store.js';

const DAMAGES = 48;
const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

test('nothing is invented, nothing whole is left out, nothing is lost in silence', async (t) => {
  t.log(`seed ${seed}`);
  const totals = await runDamages({ seed, damages: DAMAGES });
  t.deepEqual(totals.violations, []);
  t.is(totals.damages, DAMAGES);
  t.is(totals.stores.size, DAMAGE_STORES.length);
  t.true(totals.lost > 0 && totals.lost < totals.records / 2);
  t.log(`${totals.lost} of ${totals.records} records lost by the damage`);
});

for (const name of DAMAGE_STORES) {
  test(`${name}: an undamaged store comes back as it is, and nothing is listed`, async (t) => {
    t.log(`seed ${seed}`);
    const known = new KnownStore(await makeDamageStore(name, seed));
    const { disk } = known.store;
    const { problems, outcome, strict } = await judgeSalvage(known, disk);
    t.deepEqual([problems, outcome, strict], [[], 'saved', 'saved']);
    const environment = new TestEnvironment(disk.kill(), { seed });
    const report = await salvageIn(environment, DIRECTORY, '/target');
    t.deepEqual([report.losses, report.missing, report.recordsAfterGap], [[], [], 0]);
    // Copied alone, the operations of a batch have its sequence still.
    const writes = known.records.filter(({ record }) => isWrite(record.kind));
    t.is(report.records, new Set(writes.map(({ version }) => version)).size);
  });
}

function isWrite(kind: string): boolean {
  return ['put', 'delete', 'batch', 'commit'].includes(kind);
}
