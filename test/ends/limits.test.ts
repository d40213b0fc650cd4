// Counters at their documented limits (docs/format.md, "Ends of numbers"): SEQUENCE_LIMIT, with nothing
// written; the store can still be read, flushed and closed, and an open goes on, for reading at least.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { ERA_MAX } from '../../src/format/operation.js';
import type { LaneError, Operation } from '../../src/index.js';
import { isLaneError } from '../../src/index.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { rejectsWith, throwsWith } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { Model } from './ends-script.js';
import { EndsScript } from './ends-script.js';
import type { Place, PlacedStore, TextStore } from './placed-store.js';
import { createPlaced, OPTIONS } from './placed-store.js';

const DIRECTORY = '/store';
const ERA_SEQUENCES = 2 ** 32;
/** Past it a writer begins no other segment; the shortest records then fill the one it has. */
const SEQUENCE_MAX = 0xffff0000;
const ROTATION_MAX = SEQUENCE_MAX - Math.ceil(OPTIONS.segmentBytes / 24);
/** No generation above it is given; an open to write wants 2^20 left. */
const GENERATION_MAX = 2 ** 32 - 2;
const OPEN_GENERATION_MAX = 2 ** 32 - 2 ** 20;
const OPEN_COUNTER_MAX = 2 ** 53 - 2 ** 20;

type Io = 'mapped' | 'buffered';
type End = 'close' | 'power cut' | 'kill';
const MEDIA = ['mapped', 'buffered'] as const;

interface World extends PlacedStore {
  disk: TestDisk;
  io: Io;
  script: EndsScript;
}

function begin(io: Io, place: Place, prepares = true): World {
  const disk = new TestDisk({ mappable: io === 'mapped' });
  disk.makeDirectory(DIRECTORY);
  const environment = new TestEnvironment(disk, { prepares });
  const placed = createPlaced({ environment, directory: DIRECTORY, io }, place);
  return { ...placed, disk, io, script: new EndsScript(placed.store) };
}

/** Puts long values until one is refused; everything before is in the model. */
async function writeToTheEnd(t: ExecutionContext, world: World): Promise<LaneError> {
  const { store, script } = world;
  for (let index = 0; index < 200; index++) {
    const before = store.stats().sequence;
    const key = `end ${index}`;
    try {
      const promise = store.put(key, 'x'.repeat(2000));
      const version = store.getEntry(key)?.version ?? 0;
      await promise;
      script.model.entries.set(key, { value: 'x'.repeat(2000), version });
    } catch (error) {
      t.is(store.stats().sequence, before, 'a refused write takes no sequence');
      t.false(store.has(key));
      if (isLaneError(error, 'SEQUENCE_LIMIT')) return error;
      throw error;
    }
  }
  throw new Error('the limit was not met');
}

/** Every kind of write is refused and changes nothing. */
async function refusesAll(t: ExecutionContext, store: TextStore): Promise<void> {
  const before = store.stats();
  const value = 'x'.repeat(2000);
  const operations: Operation<string, string>[] = [
    { type: 'put', key: 'refused', value },
    { type: 'delete', key: 'end 0' },
  ];
  await rejectsWith(t, 'SEQUENCE_LIMIT', store.put('refused', value));
  await rejectsWith(t, 'SEQUENCE_LIMIT', store.put('refused', value, { ifAbsent: true }));
  await rejectsWith(t, 'SEQUENCE_LIMIT', store.batch(operations));
  await rejectsWith(t, 'SEQUENCE_LIMIT', store.commit({ offsets: { source: 1 } }, operations));
  throwsWith(t, 'SEQUENCE_LIMIT', () => store.transaction((tx) => tx.put('refused', value)));
  const after = store.stats();
  t.is(after.sequence, before.sequence);
  t.is(after.keys, before.keys);
  t.false(after.isPoisoned);
}

/** The disk after the end; what is there is what the script wrote. */
async function leave(world: World, end: End): Promise<TestDisk> {
  const { store, disk } = world;
  await store.flush();
  if (end === 'close') await store.close();
  return end === 'power cut' ? disk.cut(1, 'lose-all-unsynced') : disk.kill();
}

async function opensAgain(t: ExecutionContext, disk: TestDisk, io: Io, model: Model) {
  const store = await openIn(new TestEnvironment(disk), DIRECTORY, { ...OPTIONS, io });
  const script = new EndsScript(store, model);
  script.check();
  await script.run(30);
  script.check();
  t.deepEqual(script.problems, []);
  return { store, script };
}

/** An open to write is SEQUENCE_LIMIT and changes no byte; one to read shows all. */
async function readsOnly(t: ExecutionContext, disk: TestDisk, model: Model, what: RegExp) {
  const before = disk.stateHash();
  const writing = openIn(new TestEnvironment(disk), DIRECTORY, OPTIONS);
  const error = await rejectsWith(t, 'SEQUENCE_LIMIT', writing);
  t.regex(error.message, what);
  t.is(disk.stateHash(), before, 'no byte is changed');
  const options = { ...OPTIONS, readOnly: true };
  const reader = await openIn(new TestEnvironment(disk), DIRECTORY, options);
  const script = new EndsScript(reader, model);
  script.check();
  t.deepEqual(script.problems, []);
  const { sequence, durableSequence } = reader.stats();
  t.true(Number.isSafeInteger(sequence) && sequence === durableSequence);
  for (const { version } of model.entries.values()) t.true(version <= sequence);
  await reader.close();
  t.is(disk.stateHash(), before);
  t.is(recover(disk, DIRECTORY).problem, undefined);
}

for (const io of MEDIA) {
  for (const distance of [0, 1, 40]) {
    for (const end of ['close', 'power cut', 'kill'] as const) {
      test(`sequences end at ${SEQUENCE_MAX}, ${distance} before, then ${end} (${io})`, async (t) => {
        const world = begin(io, { era: 7, sequence: ROTATION_MAX - distance });
        const { store, script } = world;
        await script.run(distance);
        t.regex((await writeToTheEnd(t, world)).message, /sequences of this era/);
        t.true(store.stats().sequence >= 7 * ERA_SEQUENCES + ROTATION_MAX);
        const snapshot = store.snapshot();
        await refusesAll(t, store);
        script.check();
        // What still fits the segment is written, one number each: the shortest make the most.
        const value = distance === 0 ? '' : 'x'.repeat(500);
        let small = 0;
        for (; small < 3000; small++) {
          const written = await store.put('', value).catch((error: unknown) => error);
          if (isLaneError(written, 'SEQUENCE_LIMIT')) break;
          const { version } = store.getEntry('')!;
          script.model.entries.set('', { value, version });
        }
        t.true(small < 3000);
        t.true(store.stats().sequence <= 7 * ERA_SEQUENCES + SEQUENCE_MAX);
        await rejectsWith(t, 'SEQUENCE_LIMIT', store.put('', value));
        t.is(snapshot.get(''), undefined);
        snapshot.close();
        script.check();
        t.deepEqual(script.problems, []);
        const left = await leave(world, end);
        const again = await opensAgain(t, left, io, script.copy());
        t.is(Math.floor(again.store.stats().sequence / ERA_SEQUENCES), 8);
        await again.store.close();
        const last = await opensAgain(t, left, io, again.script.copy());
        await last.store.close();
      });
    }
  }

  for (const prepares of [true, false]) {
    for (const distance of [0, 1, 2, 5]) {
      test(`generations end at ${GENERATION_MAX}, ${distance} left, prepared ${
        prepares ? 'beforehand' : 'in place'
      } (${io})`, async (t) => {
        const world = begin(io, { generation: GENERATION_MAX + 1 - distance }, prepares);
        const { store, script } = world;
        t.regex((await writeToTheEnd(t, world)).message, /generations/);
        t.is(store.stats().lanes[0]!.rotations, distance);
        t.is(store.stats().lanes[0]!.generation, distance === 0 ? 1 : GENERATION_MAX);
        await refusesAll(t, store);
        const { version } = await putSmall(store);
        script.model.entries.set('small', { value: '', version });
        script.check();
        t.deepEqual(script.problems, []);
        for (const end of ['kill', 'close'] as const) {
          await readsOnly(t, await leave(world, end), script.copy(), /generations/);
        }
      });
    }
  }

  test(`an open to write wants generations left, and uses them (${io})`, async (t) => {
    const world = begin(io, { generation: OPEN_GENERATION_MAX });
    await world.script.run(100);
    world.script.check();
    t.true(world.store.stats().lanes[0]!.generation >= OPEN_GENERATION_MAX);
    t.deepEqual(world.script.problems, []);
    await readsOnly(t, await leave(world, 'kill'), world.script.copy(), /generations/);
    const fitting = begin(io, { generation: OPEN_GENERATION_MAX });
    await fitting.store.close();
    const { store } = await opensAgain(t, fitting.disk, io, fitting.script.copy());
    await store.close();
  });

  for (const end of ['power cut', 'kill'] as const) {
    test(`the last era can be written, and after a ${end} only be read (${io})`, async (t) => {
      const world = begin(io, { era: ERA_MAX, sequence: 2 ** 31 - 20 });
      await world.script.run(60);
      world.script.check();
      t.is(Math.floor(world.script.version / ERA_SEQUENCES), ERA_MAX);
      t.true(Number.isSafeInteger(world.script.version));
      t.deepEqual(world.script.problems, []);
      await readsOnly(t, await leave(world, end), world.script.copy(), /eras/);
    });
  }

  test(`half of the last era used: only reading is left after a close (${io})`, async (t) => {
    const world = begin(io, { era: ERA_MAX, sequence: 2 ** 31 - 20 });
    await world.script.run(60);
    await readsOnly(t, await leave(world, 'close'), world.script.copy(), /eras/);
  });

  test(`the counter of the superblock ends (${io})`, async (t) => {
    // Creating it, its first write and its close commit twice each.
    const world = begin(io, { counter: OPEN_COUNTER_MAX - 4 });
    await world.script.run(60);
    await world.store.close();
    t.is(readSuperblock(world.disk, DIRECTORY).block.counter, OPEN_COUNTER_MAX);
    const left = world.disk.kill();
    const again = await opensAgain(t, left, io, world.script.copy());
    await again.store.close();
    await readsOnly(t, left, again.script.copy(), /superblock/);
  });
}

async function putSmall(store: TextStore): Promise<{ version: number }> {
  await store.put('small', '');
  return store.getEntry('small')!;
}
