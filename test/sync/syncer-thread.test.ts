// The syncer's own thread on the real disk: it syncs what is asked for, at its pace or at once, admits
// segments meanwhile, rests when nothing is to be done, and ends in order.

import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import type { ExecutionContext } from 'ava';
import test from 'ava';

import {
  CLOSING,
  DURABLE,
  LANE_POSITION,
  LANE_ROTATIONS,
  NEXT_SEQUENCE,
  ROLE_STOPPED,
  ROUND,
  SLEEP_IDLE,
  SLOT_SYNCED,
  SYNC_REQUEST,
  SYNCER_SLEEP,
  SYNCER_STATE,
  URGENT,
} from '../../src/control/control-block.js';
import { isPoisoned, poisonError } from '../../src/control/poison.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import type { SyncerData } from '../../src/sync/syncer-thread.js';
import { LogFixture, type TestLane } from '../support/log-fixture.js';
import { readLane } from '../support/read-lane.js';
import { firstOf } from '../support/ring-fixture.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const LONG_MS = 60_000;

interface Running {
  log: LogFixture;
  lane: TestLane;
  directory: string;
  exit: Promise<number>;
  request(isUrgent: boolean): void;
  /** Waits until the durable sequence is at least this; false after the time given. */
  durable(sequence: number, timeMs?: number): Promise<boolean>;
  end(): Promise<number>;
}

async function until(condition: () => boolean, timeMs: number): Promise<boolean> {
  const end = performance.now() + timeMs;
  while (!condition()) {
    if (performance.now() > end) return false;
    await setTimeout(1);
  }
  return true;
}

async function begin(t: ExecutionContext, syncDelayMs: number): Promise<Running> {
  const directory = temporaryDirectory(t);
  const fileSystem = new NodeFileSystem({ native: false });
  const shape = { segmentBytes: 65536, slotsPerLane: 32, memoryBytes: 8 << 20 };
  const log = LogFixture.create({ fileSystem, directory, ...shape });
  const { words } = log.control;
  const request = (isUrgent: boolean) => {
    if (isUrgent) Atomics.store(words, URGENT, 1);
    Atomics.add(words, SYNC_REQUEST, 1);
    Atomics.notify(words, SYNC_REQUEST);
  };
  log.addLane(0);
  const lane = log.joinLane(0, 1, { stallMsMax: LONG_MS, admitPrepared: () => request(false) });
  const data: SyncerData = {
    control: log.shape.control,
    pool: log.shape.pool,
    directory,
    isMapped: false,
    syncDelayMs,
  };
  const worker = new Worker(new URL('../../src/sync/syncer-thread.js', import.meta.url), {
    workerData: data,
  });
  t.teardown(() => worker.terminate());
  worker.on('error', () => undefined);
  const exit = new Promise<number>((resolve) => {
    worker.on('exit', resolve);
  });
  // Asleep: a write before its first look would be synced by that, without pace.
  const isAsleep = () => Atomics.load(words, SYNCER_SLEEP) === SLEEP_IDLE;
  if (!(await until(isAsleep, LONG_MS))) throw new Error('no start');
  const durable = (sequence: number, timeMs = LONG_MS) =>
    until(() => Atomics.load(words, DURABLE) >>> 0 >= sequence, timeMs);
  const end = () => {
    Atomics.store(words, CLOSING, 1);
    request(false);
    return exit;
  };
  return { log, lane, directory, exit, request, durable, end };
}

test('what is asked for becomes durable, and stands in the file', async (t) => {
  const { lane, log, request, durable, directory, end } = await begin(t, 0);
  for (let round = 1; round <= 20; round++) {
    lane.put(`k${round}`, Buffer.alloc(500));
    request(round % 2 === 0);
    t.true(await durable(round));
  }
  t.is(lane.slots(SLOT_SYNCED)[0], lane.word(LANE_POSITION));
  const { records } = readLane(new NodeFileSystem({ native: false }), {
    ...firstOf(lane),
    directory,
  });
  t.is(records.length, 20);
  t.is(await end(), 0);
  t.false(isPoisoned(log.control));
});

test('a sync that nobody waits for is paced; one that somebody waits for is not', async (t) => {
  const { lane, request, durable, end } = await begin(t, 1000);
  lane.put('a');
  const begun = performance.now();
  request(false);
  t.false(await durable(1, 300));
  t.true(await durable(1));
  t.true(performance.now() - begun >= 900);
  // The pace holds after a round too, until somebody waits.
  lane.put('b');
  request(false);
  t.false(await durable(2, 200));
  const asked = performance.now();
  request(true);
  t.true(await durable(2));
  t.true(performance.now() - asked < 700, `${performance.now() - asked} ms`);
  await end();
});

test('a writer that needs segments is not held up by the pace', async (t) => {
  const { lane, log, end } = await begin(t, 1000);
  lane.put('first');
  Atomics.add(log.control.words, SYNC_REQUEST, 1);
  Atomics.notify(log.control.words, SYNC_REQUEST);
  await setTimeout(50);
  const begun = performance.now();
  for (let index = 0; lane.word(LANE_ROTATIONS) < 8; index++)
    lane.put(`k${index}`, Buffer.alloc(20_000));
  const took = performance.now() - begun;
  t.log(`${took.toFixed(0)} ms for 8 rotations`);
  t.true(took < 4000, 'eight paces would be eight seconds');
  await end();
});

test('a syncer without work makes no rounds', async (t) => {
  const { lane, log, request, durable, end } = await begin(t, 1);
  lane.put('a');
  request(true);
  t.true(await durable(1));
  await setTimeout(100);
  const rounds = log.control.words[ROUND];
  await setTimeout(300);
  t.is(log.control.words[ROUND], rounds);
  await end();
});

test('a syncer that is told to end syncs what is left, then ends', async (t) => {
  const { lane, log, end } = await begin(t, 1000);
  for (let index = 0; index < 300; index++) lane.put(`k${index}`, Buffer.alloc(1000));
  const last = log.control.words[NEXT_SEQUENCE]! - 1;
  const begun = performance.now();
  t.is(await end(), 0);
  t.true(performance.now() - begun < 20_000);
  t.is(log.control.words[DURABLE], last);
  t.is(log.control.words[SYNCER_STATE], ROLE_STOPPED);
});

test('a file that is gone poisons the store, and the syncer ends', async (t) => {
  const { lane, log, request, exit, directory } = await begin(t, 0);
  rmSync(directory, { recursive: true });
  lane.put('a');
  request(true);
  t.is(await exit, 0);
  t.true(isPoisoned(log.control));
  t.is(poisonError(log.control).code, 'STORE_POISONED');
  t.is(log.control.words[DURABLE], 0);
  t.is(log.control.words[SYNCER_STATE], ROLE_STOPPED);
});

test('memory that is no control block ends the thread with an error', async (t) => {
  const data = { control: new SharedArrayBuffer(64), pool: new SharedArrayBuffer(64) };
  const worker = new Worker(new URL('../../src/sync/syncer-thread.js', import.meta.url), {
    workerData: data,
  });
  const error = await new Promise<Error>((resolve) => {
    worker.on('error', resolve);
  });
  t.regex(error.message, /control block/);
});
