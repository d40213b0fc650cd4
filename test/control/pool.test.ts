// The pool's chunks: counted exactly, handed out once, given back once, by one thread and by several.

import test from 'ava';

import { ControlBlock, FREE_CHUNKS, LANES_LIMIT } from '../../src/control/control-block.js';
import {
  CHUNK_BYTES,
  createPool,
  initializePool,
  memtableOwner,
  poolChunks,
  releaseOwned,
  releaseReservation,
  releaseRun,
  reserveChunks,
  SCRATCH_BYTES,
  scratchLocation,
  takeChunk,
  takeRun,
  viewPool,
} from '../../src/control/pool.js';
import type { PoolResult, PoolTask } from '../support/pool-thread.js';
import { startThread } from '../support/threads.js';

function newPool(chunks: number): { control: ControlBlock; free(): number } {
  const chunkCount = poolChunks(chunks * CHUNK_BYTES);
  const control = ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount });
  initializePool(control);
  return { control, free: () => control.words[FREE_CHUNKS]! };
}

test('a pool has the chunks that were asked for, beside its scratch areas', (t) => {
  t.is(newPool(10).free(), 10);
  t.is(newPool(0).free(), 0);
  t.is(poolChunks(1) - poolChunks(0), 1);
  t.is(poolChunks(CHUNK_BYTES + 1) - poolChunks(0), 2);
});

test('scratch areas have room for a header and the longest key, and lie in no chunk', (t) => {
  const { control } = newPool(2);
  const first = takeRun(control, CHUNK_BYTES);
  let end = 0;
  for (let lane = 0; lane <= LANES_LIMIT; lane++) {
    const start = scratchLocation(lane) * 8;
    t.true(start >= end && start > 0);
    end = start + SCRATCH_BYTES;
  }
  t.true(end <= first);
  t.true(SCRATCH_BYTES >= 16 + 1024);
});

test('the views of a pool show the same memory, and a little more than its chunks', (t) => {
  const shared = createPool(3);
  const { bytes, words, buffer, view } = viewPool(shared);
  words[20] = 0x04030201;
  t.deepEqual([...bytes.subarray(80, 84)], [1, 2, 3, 4]);
  t.is(buffer[81], 2);
  t.is(view.getUint32(80), 0x01020304);
  t.true(bytes.length > 3 * CHUNK_BYTES);
});

test('chunks are handed out once each until none is free, and again when given back', (t) => {
  const { control, free } = newPool(6);
  t.true(reserveChunks(control, 6));
  t.false(reserveChunks(control, 1));
  const taken = Array.from({ length: 6 }, () => takeChunk(control, 1));
  t.is(new Set(taken).size, 6);
  t.true(taken.every((offset) => offset % CHUNK_BYTES === 0));
  t.is(takeRun(control, 1), -1);
  releaseRun(control, taken[3]!, CHUNK_BYTES);
  t.is(free(), 1);
  t.is(takeRun(control, CHUNK_BYTES), Number(taken[3]));
  t.is(free(), 0);
});

test('a reservation that is not used is given back', (t) => {
  const { control, free } = newPool(6);
  t.true(reserveChunks(control, 5));
  t.is(free(), 1);
  t.is(takeRun(control, 2 * CHUNK_BYTES), -1);
  releaseReservation(control, 5);
  t.is(free(), 6);
  t.not(takeRun(control, 6 * CHUNK_BYTES), -1);
});

test('a run is found between chunks that are taken, and its size is rounded up', (t) => {
  const { control, free } = newPool(10);
  const a = takeRun(control, 3 * CHUNK_BYTES);
  const b = takeRun(control, 3 * CHUNK_BYTES - 1);
  const c = takeRun(control, 4 * CHUNK_BYTES);
  t.deepEqual([b - a, c - b], [3 * CHUNK_BYTES, 3 * CHUNK_BYTES]);
  releaseRun(control, b, 3 * CHUNK_BYTES);
  t.is(free(), 3);
  t.is(takeRun(control, 4 * CHUNK_BYTES), -1);
  t.is(free(), 3, 'a run that was not found keeps nothing');
  t.is(takeRun(control, 2 * CHUNK_BYTES), b);
  t.is(takeRun(control, CHUNK_BYTES), b + 2 * CHUNK_BYTES);
});

test('free chunks that do not lie together are no run', (t) => {
  const { control, free } = newPool(9);
  const runs = Array.from({ length: 9 }, () => takeRun(control, CHUNK_BYTES));
  for (const at of [0, 2, 4, 6, 8]) releaseRun(control, Number(runs[at]), CHUNK_BYTES);
  t.is(takeRun(control, 2 * CHUNK_BYTES), -1);
  t.is(free(), 5);
  for (let chunk = 0; chunk < 5; chunk++) t.not(takeRun(control, CHUNK_BYTES), -1);
  t.is(takeRun(control, CHUNK_BYTES), -1);
});

test('giving a run back twice is broken reasoning', (t) => {
  const { control } = newPool(3);
  const run = takeRun(control, CHUNK_BYTES);
  releaseRun(control, run, CHUNK_BYTES);
  t.throws(() => releaseRun(control, run, CHUNK_BYTES), { message: /given back once/ });
});

test('threads that take and give back chunks at the same time never hold the same one', async (t) => {
  const { control, free } = newPool(24);
  const pool = createPool(control.chunkCount);
  const before = free();
  const threads = [1, 2, 3].map((mark) => {
    const task: PoolTask = { control: control.buffer, pool, mark, rounds: 20_000 };
    return startThread<PoolResult>(t, 'pool-thread', task);
  });
  const results = await Promise.all(threads.map((thread) => thread.next()));
  await Promise.all(threads.map((thread) => thread.ended));
  t.deepEqual(
    results.map((result) => result.shared),
    [0, 0, 0],
  );
  t.log(results.map((result) => `${result.taken} taken, ${result.refused} refused`).join('; '));
  // One may find nothing free all along, if others are kept from running while they hold chunks.
  t.true(results.reduce((sum, result) => sum + result.taken, 0) > 1000);
  t.is(free(), before);
});

test('chunks go back to the pool owner by owner', (t) => {
  const { control, free } = newPool(10);
  t.true(reserveChunks(control, 7));
  const [one, other] = [memtableOwner(0, 0), memtableOwner(0, 1)];
  t.not(one, other);
  const kept = [takeChunk(control, other), takeChunk(control, other)];
  for (let chunk = 0; chunk < 3; chunk++) takeChunk(control, one);
  const run = takeRun(control, 2 * CHUNK_BYTES);
  t.is(free(), 1);
  t.is(releaseOwned(control, one), 3);
  t.is(free(), 4);
  t.is(releaseOwned(control, one), 0);
  t.is(releaseOwned(control, memtableOwner(5, 1)), 0);
  releaseRun(control, run, 2 * CHUNK_BYTES);
  t.is(releaseOwned(control, other), kept.length);
  releaseReservation(control, 2);
  t.is(free(), 10);
  const owners = [0, 1, 63].flatMap((lane) => [memtableOwner(lane, 0), memtableOwner(lane, 1)]);
  t.is(new Set(owners).size, owners.length);
});
