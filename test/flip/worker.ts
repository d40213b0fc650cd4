// Runs parts of the damage proof on a thread of its own, one after the other, as they arrive.

import { parentPort, workerData } from 'node:worker_threads';
import type { Part, PartOptions } from './flip-run.js';
import { runPart } from './flip-run.js';

const options = workerData as PartOptions;

parentPort?.on('message', (part: Part) => {
  void runPart(part, options).then((result) => parentPort?.postMessage(result));
});
