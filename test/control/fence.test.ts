// The fence and lock-all, alone and while several threads write.

import { setTimeout } from 'node:timers/promises';

import test from 'ava';

import {
  COORDINATOR_LOCK,
  ControlBlock,
  LANE_ENTRIES,
  LANE_LOCK,
  LANE_PRESENT,
  LANE_STATE,
  NEXT_SEQUENCE,
} from '../../src/control/control-block.js';
import { acquireAll, fence, releaseAll } from '../../src/control/fence.js';
import { acquireLock, holderOf, releaseLock } from '../../src/control/lane-lock.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { BackgroundThreads } from '../../src/threads/background-threads.js';
import type { LaneResult, LaneTask } from '../support/lane-thread.js';
import { LogFixture } from '../support/log-fixture.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { startThread } from '../support/threads.js';

const MARK = 99;

function controlWith(lanes: number[]): ControlBlock {
  const control = ControlBlock.create({ lanesMax: 5, slotsPerLane: 2, chunkCount: 4 });
  for (const lane of lanes) control.words[control.laneStart(lane) + LANE_STATE] = LANE_PRESENT;
  return control;
}

function holders(control: ControlBlock): number[] {
  return Array.from({ length: control.lanesMax }, (_, lane) =>
    holderOf(control.words, control.laneStart(lane) + LANE_LOCK),
  );
}

test('the fence gives the next sequence read before it and leaves every lock free', (t) => {
  const control = controlWith([0, 2]);
  control.words[NEXT_SEQUENCE] = 0x80000005 | 0;
  t.is(fence(control, MARK), 0x80000005);
  t.deepEqual(holders(control), [0, 0, 0, 0, 0]);
});

test('lock-all holds the coordinator lock and every lane that is there, and gives all back', (t) => {
  const control = controlWith([0, 1, 4]);
  acquireAll(control, MARK);
  t.deepEqual(holders(control), [MARK, MARK, 0, 0, MARK]);
  t.is(holderOf(control.words, COORDINATOR_LOCK), MARK);
  releaseAll(control);
  t.deepEqual(holders(control), [0, 0, 0, 0, 0]);
  t.is(holderOf(control.words, COORDINATOR_LOCK), 0);
});

test('a held lane stops the fence there, whichever it is, and lock-all at the coordinator', (t) => {
  const control = controlWith([0, 1, 4]);
  for (const lane of [0, 1, 4]) {
    const lock = control.laneStart(lane) + LANE_LOCK;
    acquireLock(control.words, lock, MARK);
    t.throws(() => fence(control, MARK), { message: /not taken twice/ }, `lane ${lane}`);
    releaseLock(control.words, lock);
  }
  acquireLock(control.words, COORDINATOR_LOCK, MARK);
  t.throws(() => acquireAll(control, MARK), { message: /not taken twice/ });
  t.deepEqual(holders(control), [0, 0, 0, 0, 0]);
});

test('while threads write, all sequences below a fence are published and lock-all stops them all', async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const fileSystem = new NodeFileSystem({ native: false });
  const log = LogFixture.create({
    fileSystem,
    directory: temporaryDirectory(t),
    segmentBytes: 1 << 20,
    memoryBytes: 96 << 20,
    lanesMax: 4,
    slotsPerLane: 64,
  });
  const { control, shape } = log;
  const background = new BackgroundThreads(control, { ...shape, isNative: false, syncDelayMs: 5 });
  t.teardown(() => background.stop());
  const lanes = [0, 2, 3];
  for (const lane of lanes) log.addLane(lane);
  background.start();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const threads = lanes.map((lane) => {
    const task: LaneTask = { shape, lane, seed, records: 60_000, stop };
    return startThread<LaneResult>(t, 'lane-thread', task);
  });
  const entriesOf = (lane: number) => control.words[control.laneStart(lane) + LANE_ENTRIES]!;
  const entries = () => lanes.reduce((sum, lane) => sum + entriesOf(lane), 0);
  while (!lanes.every((lane) => entriesOf(lane) > 0)) await setTimeout(5);
  const end = performance.now() + 1500;
  let fences = 0;
  let unpublished = 0;
  while (performance.now() < end) {
    const below = fence(control, MARK);
    if (entries() < below - 1) t.fail(`${entries()} records, but all below ${below}`);
    if (entries() < (Atomics.load(control.words, NEXT_SEQUENCE) >>> 0) - 1) unpublished++;
    fences++;
    if (fences % 10 !== 0) continue;
    acquireAll(control, MARK);
    const next = Atomics.load(control.words, NEXT_SEQUENCE) >>> 0;
    const written = entries();
    for (let spin = 0; spin < 2000; spin++) Atomics.load(control.words, NEXT_SEQUENCE);
    t.is(written, next - 1);
    t.is(Atomics.load(control.words, NEXT_SEQUENCE) >>> 0, next);
    releaseAll(control);
  }
  Atomics.store(stop, 0, 1);
  const results = await Promise.all(threads.map((thread) => thread.next()));
  await Promise.all(threads.map((thread) => thread.ended));
  const total = results.reduce((sum, result) => sum + result.sequences.length, 0);
  t.log(`${fences} fences, ${unpublished} times records were under way after one, ${total} writes`);
  t.true(total > 1000);
  t.true(unpublished > 0, 'the threads wrote meanwhile');
});
