// The look at a shared word before a sleep: it notices a change, ends in time, and touches nothing.

import test from 'ava';

import { changesSoon } from '../../src/control/look.js';
import type { CountingTask } from '../support/counting-worker.js';
import { startThread } from '../support/threads.js';

const LONG_MS = 20_000;

test('a word that differs already is noticed at once, whatever the time', (t) => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  words[1] = 7;
  t.true(changesSoon(words, 1, 6, 0));
  t.true(changesSoon(words, 1, 6, LONG_MS));
});

test('a word that stays is given up after the time', (t) => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const started = performance.now();
  t.false(changesSoon(words, 0, 0, 30));
  t.true(performance.now() - started >= 30);
  t.false(changesSoon(words, 0, 0, 0));
  t.deepEqual([...words], [0, 0]);
});

test('a change by another thread is noticed while looking', async (t) => {
  const words = new Int32Array(new SharedArrayBuffer(256));
  const task: CountingTask = {
    words,
    lock: 16,
    counters: [],
    rounds: 1,
    mark: 1,
    way: 'acquire',
    ready: 0,
    threads: 1,
  };
  const thread = startThread(t, 'counting-worker', task);
  t.true(changesSoon(words, task.ready, 0, LONG_MS));
  await thread.ended;
});
