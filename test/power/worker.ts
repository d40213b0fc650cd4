// Runs scripts of the power-cut proof on a thread of its own, one after the other, as they arrive.

import { parentPort } from 'node:worker_threads';
import type { ScriptResult, ScriptRun } from './power-run.js';
import { runScript } from './power-run.js';

export interface WorkerAnswer {
  run: ScriptRun;
  result: ScriptResult;
}

parentPort?.on('message', (run: ScriptRun) => {
  void runScript(run).then((result) => {
    const answer: WorkerAnswer = { run, result };
    parentPort?.postMessage(answer);
  });
});
