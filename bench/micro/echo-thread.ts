// Sleeps until it is called, and answers at once; for the wake-ups of threads.ts. Ended by its
// parent.

import { parentPort, workerData } from 'node:worker_threads';
import { ANSWER, CALL } from './echo-words.js';

const words = workerData as Int32Array;
parentPort?.postMessage('ready');
for (let answered = 0; ; answered = (answered + 1) | 0) {
  while (Atomics.load(words, CALL) === answered) Atomics.wait(words, CALL, answered);
  Atomics.add(words, ANSWER, 1);
  Atomics.notify(words, ANSWER);
}
