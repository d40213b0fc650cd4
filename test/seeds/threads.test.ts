// What docs/seeds.md says of threads: each log belongs to one, none waits for another, and anybody may
// read a log beside its writer, in other threads and processes, without being misled.

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { followLog, isLaneError, readLog } from '../../src/wal-api.js';
import { newPath } from '../support/stores.js';
import { realMedia, textsOf } from './seed-logs.js';
import type { WriterTask } from './writer-thread.js';

const WRITER = new URL('writer-thread.js', import.meta.url);

function startWriter(t: ExecutionContext, task: WriterTask): { ended: Promise<void> } {
  const worker = new Worker(WRITER, { workerData: task });
  t.teardown(() => worker.terminate());
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
  return { ended };
}

function textAt(index: number): string {
  return `entry ${index} ${'x'.repeat(index % 400)}`;
}

/** The entries that can be read now; fails if they are not the first ones, in order. */
function readNow(t: ExecutionContext, path: string): number {
  let count = 0;
  try {
    for (const text of textsOf(readLog(path))) if (text !== textAt(count++)) t.fail(text);
  } catch (error) {
    // Its writer has not made it yet.
    if (!isLaneError(error, 'STORE_NOT_FOUND')) throw error;
  }
  return count;
}

test('logs of several threads are written at once, and checked meanwhile by another one', async (t) => {
  for (const io of realMedia()) {
    const tasks = [1, 2, 3].map(() => ({ path: newPath(t), io, entries: 3000 }));
    const writers = tasks.map((task) => startWriter(t, task));
    let isOver = false;
    const ended = Promise.all(writers.map((writer) => writer.ended)).finally(() => {
      isOver = true;
    });
    const seen = tasks.map(() => 0);
    let checks = 0;
    while (!isOver) {
      for (const [index, { path }] of tasks.entries()) {
        const count = readNow(t, path);
        t.true(count >= seen[index]!);
        seen[index] = count;
        checks++;
      }
      await sleep(10);
    }
    await ended;
    t.log(`${io}: ${checks} checks`);
    t.true(checks > tasks.length);
    for (const { path } of tasks) t.is(readNow(t, path), 3000);
  }
});

test('a follower gives every entry once, in order, while another thread writes the log', async (t) => {
  for (const io of realMedia()) {
    const path = newPath(t);
    const entries = 3000;
    const { ended } = startWriter(t, { path, io, entries });
    let count = 0;
    while (count < entries) {
      try {
        for await (const entry of followLog(path, { pollMs: 1 })) {
          const text = entry.kind === 'bytes' ? Buffer.from(entry.data).toString() : entry.kind;
          if (text !== textAt(count++)) t.fail(text);
          if (count === entries) break;
        }
      } catch (error) {
        if (!isLaneError(error, 'STORE_NOT_FOUND')) throw error;
        await sleep(5);
      }
    }
    await ended;
    t.is(count, entries);
  }
});
