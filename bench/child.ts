// The process of one engine, one workload and one phase. It gets its task as an argument, sends
// the outcome to its parent and ends; or waits to be killed. It dies with its parent.

import { Data } from './data.js';
import { findEngine } from './engines/registry.js';
import { findWorkload } from './workloads/registry.js';
import type { Outcome } from './workloads/workload.js';

export interface Task {
  readonly engine: string;
  readonly workload: string;
  readonly phase: number;
  readonly directory: string;
  readonly keys: number;
  readonly seed: number;
  readonly milliseconds: number;
  readonly quick: boolean;
}

export type Reply =
  | { readonly outcome: Outcome; readonly version: string }
  | { readonly error: string; readonly stack: string };

async function run(task: Task): Promise<Reply> {
  const { directory, milliseconds, quick } = task;
  const module = findEngine(task.engine);
  const phase = findWorkload(task.workload).phases[task.phase];
  if (phase === undefined) throw new Error(`no phase ${task.phase}`);
  const version = await module.prepare();
  const data = new Data(task.keys, task.seed);
  const outcome = await phase.run({ module, directory, data, milliseconds, quick });
  return { outcome, version };
}

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  const task = JSON.parse(process.argv[2] ?? '{}') as Task;
  let reply: Reply;
  try {
    reply = await run(task);
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    reply = { error: known.message, stack: known.stack ?? known.message };
  }
  const stays = 'outcome' in reply && findWorkload(task.workload).phases[task.phase]?.killed;
  process.send?.(reply, () => {
    if (stays !== true) process.exit(0);
  });
}

await main();
