// A thread that counts under a lock, in words that no atomic operation touches. Started with the shared
// words; tells by its exit that it is done.

import { workerData } from 'node:worker_threads';

import { acquireLock, releaseLock, tryAcquireLock } from '../../src/control/lane-lock.js';

export interface CountingTask {
  words: Int32Array;
  lock: number;
  /** Plain words that every thread adds 1 to, under the lock. */
  counters: number[];
  rounds: number;
  mark: number;
  way: 'acquire' | 'try';
  /** A word that counts the threads that are ready; all begin when it reaches `threads`. */
  ready: number;
  threads: number;
}

const { words, lock, counters, rounds, mark, way, ready, threads } = workerData as CountingTask;

Atomics.add(words, ready, 1);
while (Atomics.load(words, ready) < threads);
for (let round = 0; round < rounds; round++) {
  if (way === 'acquire') acquireLock(words, lock, mark);
  else while (!tryAcquireLock(words, lock, mark, 1));
  for (const counter of counters) words[counter] = words[counter]! + 1;
  releaseLock(words, lock);
  // Some time without the lock: who never rests leaves the others asleep.
  for (let spin = round % 128; spin > 0; spin--) Atomics.load(words, ready);
}
