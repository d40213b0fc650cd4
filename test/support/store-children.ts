// Starts processes of store-child.ts and reads what they report.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { ExecutionContext } from 'ava';

import type { StoreAnswer, StoreTask } from './store-child.js';

const CHILD = fileURLToPath(new URL('./store-child.js', import.meta.url));

export interface StartedChild {
  readonly child: ChildProcess;
  readonly answer: StoreAnswer;
  /** Resolves to the signal or code with which it ended. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
}

/** Starts a process and waits for its report. It is killed when the test ends. */
export async function startStoreChild(
  t: ExecutionContext,
  task: StoreTask,
  user?: number,
): Promise<StartedChild> {
  const child = spawn(process.execPath, ['--expose-gc', CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(
    ([code, signal]) => (signal ?? code) as NodeJS.Signals | number | null,
  );
  const lines = createInterface({ input: child.stdout });
  // Not its exit: that may be told before the last line it wrote.
  const silent = once(lines, 'close').then(() => undefined);
  const line = await Promise.race([once(lines, 'line'), silent]);
  if (line === undefined) throw new Error(`the process ended without a report: ${await ended}`);
  return { child, answer: JSON.parse(String(line[0])) as StoreAnswer, ended };
}
