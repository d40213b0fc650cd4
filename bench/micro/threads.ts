// What threads share: locks, the fence, group promises, and waking one another.

import { Worker } from 'node:worker_threads';
import {
  ControlBlock,
  DURABLE,
  LANE_LOCK,
  LANE_PRESENT,
  LANE_STATE,
  NEXT_SEQUENCE,
} from '../../src/control/control-block.js';
import { fence } from '../../src/control/fence.js';
import { acquireLock, releaseLock } from '../../src/control/lane-lock.js';
import type { Background } from '../../src/sync/background.js';
import { GroupPromises } from '../../src/sync/group-promises.js';
import { ANSWER, CALL, ECHO_WORDS } from './echo-words.js';
import type { Loop, Primitive } from './primitive.js';

const MARK = 1;

function controlOf(lanes: number): ControlBlock {
  const control = ControlBlock.create({ lanesMax: lanes, slotsPerLane: 4, chunkCount: 16 });
  for (let lane = 0; lane < lanes; lane++) {
    control.words[control.laneStart(lane) + LANE_STATE] = LANE_PRESENT;
  }
  return control;
}

function lockLoop(): Loop {
  const control = controlOf(1);
  const lock = control.laneStart(0) + LANE_LOCK;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        acquireLock(control.words, lock, MARK);
        releaseLock(control.words, lock);
      }
      return control.words[lock]!;
    },
  };
}

function fenceLoop(lanes: number): Loop {
  const control = controlOf(lanes);
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) sum += fence(control, MARK);
      return sum;
    },
  };
}

/** A background that does nothing: groups stay open until close() settles them. */
const IDLE_BACKGROUND: Background = {
  lookMs: 0,
  admitPrepared: () => undefined,
  drain: () => undefined,
  start: () => undefined,
  requestSync: () => undefined,
  awaitDurable: () => undefined,
  setReferenced: () => undefined,
  stop: () => Promise.resolve(),
};

function promiseLoop(): Loop {
  const control = controlOf(1);
  const promises = new GroupPromises(control, IDLE_BACKGROUND, () => undefined);
  let last: Promise<boolean> | undefined;
  return {
    run(iterations) {
      let changes = 0;
      for (let i = 0; i < iterations; i++) {
        const promise = promises.written(control.words[NEXT_SEQUENCE]!++);
        if (promise !== last) changes++;
        last = promise;
      }
      return changes;
    },
    async close() {
      Atomics.store(control.words, DURABLE, control.words[NEXT_SEQUENCE]!);
      Atomics.notify(control.words, DURABLE);
      await last;
    },
  };
}

/** A thread that sleeps until it is called, and answers at once. */
async function startEcho(): Promise<{ words: Int32Array; stop: () => Promise<void> }> {
  const words = new Int32Array(new SharedArrayBuffer(4 * ECHO_WORDS));
  const worker = new Worker(new URL('./echo-thread.js', import.meta.url), { workerData: words });
  await new Promise((resolve) => worker.once('message', resolve));
  const stop = async () => {
    await worker.terminate();
  };
  return { words, stop };
}

async function syncWakeLoop(): Promise<Loop> {
  const { words, stop } = await startEcho();
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const seen = Atomics.load(words, ANSWER);
        Atomics.add(words, CALL, 1);
        Atomics.notify(words, CALL);
        while (Atomics.load(words, ANSWER) === seen) Atomics.wait(words, ANSWER, seen);
      }
      return words[ANSWER]!;
    },
    close: stop,
  };
}

async function asyncWakeLoop(): Promise<Loop> {
  const { words, stop } = await startEcho();
  return {
    async run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const seen = Atomics.load(words, ANSWER);
        const wait = Atomics.waitAsync(words, ANSWER, seen);
        Atomics.add(words, CALL, 1);
        Atomics.notify(words, CALL);
        if (wait.async) await wait.value;
      }
      return words[ANSWER]!;
    },
    close: stop,
  };
}

export const threadPrimitives: readonly Primitive[] = [
  { name: 'lane lock and unlock, uncontended', prepare: lockLoop },
  { name: 'fence, 1 lane', prepare: () => fenceLoop(1) },
  { name: 'fence, 4 lanes', prepare: () => fenceLoop(4) },
  { name: 'group promise: join', prepare: promiseLoop },
  { name: 'wake a thread and be woken, Atomics.wait', prepare: syncWakeLoop },
  { name: 'wake a thread and be woken, waitAsync', prepare: asyncWakeLoop },
];
