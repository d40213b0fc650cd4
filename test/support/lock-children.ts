// Starts processes of lock-child.ts and talks to them.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { ExecutionContext } from 'ava';

import type { LockAnswer, LockCommand } from './lock-child.js';

const CHILD = fileURLToPath(new URL('./lock-child.js', import.meta.url));

/** A child that is ready for commands; killed when the test ends. */
export async function startChild(t: ExecutionContext): Promise<ChildProcess> {
  const child = fork(CHILD);
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

/** Sends one command and waits for its answer. */
export async function ask(child: ChildProcess, command: LockCommand): Promise<LockAnswer> {
  const answered = once(child, 'message');
  child.send(command);
  return ((await answered) as [LockAnswer])[0];
}

/** 'won' or 'locked'. */
export async function askToAcquire(
  child: ChildProcess,
  directory: string,
  native: boolean,
): Promise<string> {
  const { outcome } = await ask(child, { command: 'acquire', directory, native, atMs: 0 });
  return outcome;
}

/** Kills with SIGKILL and waits for the end. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
