// Every counter started just below 2^31, 2^32 or its limit and carried across it by writes of every kind,
// snapshots, rotations, flushes, a crash, the recovery and a clean reopen, beside a plain Map; in both
// media, on the simulated disk.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { openIn } from '../../src/store/open.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { CounterCase } from './counter-cases.js';
import { COUNTER_CASES } from './counter-cases.js';
import { EndsScript } from './ends-script.js';
import { createPlaced, OPTIONS } from './placed-store.js';

const DIRECTORY = '/store';
const ERA_SEQUENCES = 2 ** 32;

type Io = 'mapped' | 'buffered';
type Crash = 'power cut' | 'kill';

for (const io of ['mapped', 'buffered'] as const) {
  for (const counter of COUNTER_CASES) {
    test(`${counter.name} is crossed (${io})`, async (t) => {
      for (const crash of ['power cut', 'kill'] as const) await cross(t, counter, io, crash);
    });
  }
}

/** One life of a store that begins at the place. */
async function cross(t: ExecutionContext, counter: CounterCase, io: Io, crash: Crash) {
  const disk = new TestDisk({ mappable: io === 'mapped' });
  disk.makeDirectory(DIRECTORY);
  const environment = new TestEnvironment(disk, { prepares: true });
  const { store } = createPlaced({ environment, directory: DIRECTORY, io }, counter.place);
  const before = store.stats();
  const script = new EndsScript(store);
  await script.run(48);
  script.check();
  await script.run(30);
  await store.flush();
  const flushed = script.copy();
  const after = store.stats();
  t.deepEqual(script.problems, []);
  t.true(after.lanes[0]!.rotations - before.lanes[0]!.rotations >= 1, 'it rotates');
  t.true(after.syncs > before.syncs && before.syncs >= 0);
  t.is(after.durableSequence, after.sequence);
  t.is(after.lanes[0]!.entriesSinceSync, 0);
  t.is(after.lanes[0]!.syncedPosition, after.lanes[0]!.position);
  for (const count of Object.values(after.lanes[0]!)) t.true(count >= 0);

  void store.put('not acknowledged', 'x').catch(() => undefined);
  const { entriesSinceSync } = store.stats().lanes[0]!;
  t.true(entriesSinceSync === 1 || entriesSinceSync === 2, `${entriesSinceSync} since the sync`);
  const isKept = io === 'mapped' && crash === 'kill';
  const { version: lost } = store.getEntry('not acknowledged')!;
  const { entries } = flushed;
  if (isKept) entries.set('not acknowledged', { value: 'x', version: lost });
  const left = crash === 'kill' ? disk.kill() : disk.cut(1, 'lose-all-unsynced');
  const found = readSuperblock(left, DIRECTORY).block;
  const world = new TestEnvironment(left, { prepares: true });
  const recovered = await openIn(world, DIRECTORY, { ...OPTIONS, io });
  t.is(recovered.stats().recovery?.outcome, 'unclean');
  t.is(recovered.stats().sequence, (found.era + 1) * ERA_SEQUENCES);
  const again = new EndsScript(recovered, flushed);
  again.check();
  await again.run(40);
  again.check();
  t.deepEqual(again.problems, []);
  t.true(again.version > lost, 'no version is given twice');
  await recovered.close();
  await reopen(t, left, again, { io, epoch: found.epoch });
}

/** A clean end: all is there, with its versions, and can be gone on with. */
async function reopen(
  t: ExecutionContext,
  disk: TestDisk,
  script: EndsScript,
  expected: { io: Io; epoch: number },
) {
  const { block, isClean } = readSuperblock(disk, DIRECTORY);
  t.true(isClean);
  t.is(block.epoch, expected.epoch);
  const environment = new TestEnvironment(disk);
  const options = { ...OPTIONS, io: expected.io };
  const reader = await openIn(environment, DIRECTORY, { ...options, readOnly: true });
  t.is(reader.stats().sequence, script.version);
  const seen = new EndsScript(reader, script.copy());
  seen.check();
  await reader.close();
  const store = await openIn(environment, DIRECTORY, options);
  const last = new EndsScript(store, script.copy());
  last.check();
  await last.run(20);
  last.check();
  t.deepEqual([...seen.problems, ...last.problems], []);
  t.true(last.version > script.version);
  await store.close();
}
