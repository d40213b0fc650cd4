// The lock words of shared memory: one holder at a time whatever the threads do, waits that end.

import test from 'ava';

import {
  acquireLock,
  holderOf,
  LOCK_WAIT_MS_MAX,
  releaseLock,
  tryAcquireLock,
} from '../../src/control/lane-lock.js';
import type { CountingTask } from '../support/counting-worker.js';
import { throwsWith } from '../support/stores.js';
import { startThread } from '../support/threads.js';

const THREADS = 3;
const ROUNDS = 50_000;
const READY = 0;
const LOCK = 16;
const COUNTERS = [32, 33, 50];

function sharedWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(256));
}

async function countInThreads(
  t: Parameters<typeof startThread>[0],
  ways: CountingTask['way'][],
): Promise<Int32Array> {
  const words = sharedWords();
  const threads = ways.map((way, index) => {
    const task: CountingTask = {
      words,
      lock: LOCK,
      counters: COUNTERS,
      rounds: ROUNDS,
      mark: index + 1,
      way,
      ready: READY,
      threads: ways.length,
    };
    return startThread(t, 'counting-worker', task);
  });
  await Promise.all(threads.map((thread) => thread.ended));
  return words;
}

test('three threads that count under the lock lose no count', async (t) => {
  const words = await countInThreads(t, ['acquire', 'acquire', 'acquire']);
  for (const counter of COUNTERS) t.is(words[counter], THREADS * ROUNDS);
  t.is(holderOf(words, LOCK), 0);
});

test('threads that wait and threads that only try share the lock and lose no count', async (t) => {
  const words = await countInThreads(t, ['acquire', 'try', 'try']);
  for (const counter of COUNTERS) t.is(words[counter], THREADS * ROUNDS);
  t.is(holderOf(words, LOCK), 0);
});

test('the word of a held lock names its holder', (t) => {
  const words = sharedWords();
  t.is(holderOf(words, LOCK), 0);
  acquireLock(words, LOCK, 7);
  t.is(holderOf(words, LOCK), 7);
  releaseLock(words, LOCK);
  t.is(words[LOCK], 0);
});

test('trying a lock that another holds gives up in time and leaves it with its holder', (t) => {
  const words = sharedWords();
  acquireLock(words, LOCK, 7);
  const before = performance.now();
  t.false(tryAcquireLock(words, LOCK, 8, 30));
  const waited = performance.now() - before;
  t.true(waited >= 20 && waited < 5000, `${waited} ms`);
  t.is(holderOf(words, LOCK), 7);
  releaseLock(words, LOCK);
  t.true(tryAcquireLock(words, LOCK, 8, 30));
  t.is(holderOf(words, LOCK), 8);
});

test('a lock that its holder takes again is broken reasoning, not a wait', (t) => {
  const words = sharedWords();
  acquireLock(words, LOCK, 7);
  t.throws(() => acquireLock(words, LOCK, 7), { message: /not taken twice/ });
  t.is(holderOf(words, LOCK), 7);
});

test('the holder stays known while others wait', (t) => {
  const words = sharedWords();
  acquireLock(words, LOCK, 7);
  t.false(tryAcquireLock(words, LOCK, 8, 1));
  t.true(words[LOCK]! < 0, 'somebody waited');
  t.is(holderOf(words, LOCK), 7);
  t.throws(() => acquireLock(words, LOCK, 7), { message: /not taken twice/ });
});

test('a lock that is never given back ends the wait with an error that names its holder', (t) => {
  const words = sharedWords();
  acquireLock(words, LOCK, 7);
  const now = performance.now;
  t.teardown(() => {
    performance.now = now;
  });
  const begin = performance.now();
  let looks = 0;
  performance.now = () => begin + (looks++ * LOCK_WAIT_MS_MAX) / 4;
  const error = throwsWith(t, 'STORE_STALLED', () => acquireLock(words, LOCK, 8));
  t.regex(String(error.found), /\b7\b/);
  t.true(looks >= 5);
  t.is(holderOf(words, LOCK), 7);
});
