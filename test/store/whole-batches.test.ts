// Half a batch is never seen: another thread reads lane 0 of a live store while batches of a thousand
// keys are written, by pairs of keys, many keys, ranges and snapshots.

import { setImmediate, setTimeout } from 'node:timers/promises';

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { batchKey, type ReaderResult, type ReaderTask } from '../support/batch-reader.js';
import { openManyLanes } from '../support/many-lanes.js';
import { startThread } from '../support/threads.js';

const KEYS = 1000;
const READ_MS = 5000;
const UNLOCKED_MS_MAX = 20_000;
/** Batches stay within the memory of the store, however fast the machine is. */
const BATCHES_MAX = 3500;

/** Writes batches while a thread reads; stops when the thread has ended or the time is over. */
async function readWhileWriting(
  t: ExecutionContext,
  options: { isLocked: boolean; timeMs: number },
): Promise<{ result: ReaderResult; batches: number }> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const { store, log } = openManyLanes(t, {
    lanesMax: 1,
    memoryBytes: 512 << 20,
    segmentBytes: 16 << 20,
  });
  const signals = new Int32Array(new SharedArrayBuffer(8));
  const task: ReaderTask = {
    shape: log.shape,
    seed,
    keys: KEYS,
    isLocked: options.isLocked,
    signals,
  };
  const thread = startThread<ReaderResult | 'ready'>(t, 'batch-reader', task);
  await thread.next();
  let isOver = false;
  const result = thread.next().finally(() => {
    isOver = true;
  });
  const end = performance.now() + options.timeMs;
  const restMs = options.timeMs / BATCHES_MAX;
  let batches = 0;
  while (!isOver && performance.now() < end && batches < BATCHES_MAX) {
    batches++;
    const value = new Uint8Array(new Uint32Array([batches]).buffer);
    const isDelete = batches % 5 === 0;
    void store.batch(
      Array.from({ length: KEYS }, (_, index) =>
        isDelete
          ? { type: 'delete', key: batchKey(index) }
          : { type: 'put', key: batchKey(index), value },
      ),
    );
    Atomics.store(signals, 1, batches);
    if (batches * restMs > options.timeMs - (end - performance.now())) await setTimeout(1);
    else await setImmediate();
  }
  Atomics.store(signals, 0, 1);
  return { result: (await result) as ReaderResult, batches };
}

test('another thread sees all of a batch or nothing of it, however it reads', async (t) => {
  const { result, batches } = await readWhileWriting(t, { isLocked: true, timeMs: READ_MS });
  const { pairs, many, ranges, snapshots, seen, problems, wrong } = result;
  t.log(
    `${batches} batches; ${pairs} pairs, ${many} getMany, ${ranges} ranges, ${snapshots} snapshots`,
  );
  t.deepEqual(problems, []);
  t.is(wrong, 0);
  t.true(batches > 50 && seen > batches / 2, `the last of ${batches} batches seen was ${seen}`);
  t.true(pairs > 500 && many > 100 && ranges > 50 && snapshots > 20);
});

test('without lock and fence the same checks find half a batch', async (t) => {
  const { result, batches } = await readWhileWriting(t, {
    isLocked: false,
    timeMs: UNLOCKED_MS_MAX,
  });
  t.log(`${batches} batches; ${result.pairs} pairs, ${result.many} getMany: ${result.problems[0]}`);
  t.true(result.wrong > 0);
});
