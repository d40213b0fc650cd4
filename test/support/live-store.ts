// A store that another process has open, and what dump prints of it with all that varies masked.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { lanedb } from './run-command.js';

const CHILD = fileURLToPath(new URL('./live-store-child.js', import.meta.url));

/** Starts a process that has the store open and idle. The caller kills it. */
export async function startLiveStore(path: string, io = 'auto'): Promise<ChildProcess> {
  const child = fork(CHILD, [path, io]);
  await once(child, 'message');
  return child;
}

/** What dump prints of the store while the child has it open. */
export function liveDump(path: string): string {
  return maskDump(lanedb('dump', path).stdout);
}

/** Process, time, store id and counter are new each time; durable is as fast as the disk. */
function maskDump(text: string): string {
  return text
    .replace(/process \d+ since \S+,/, 'process PID since TIME,')
    .replace(/store [0-9a-f]{32}, counter \d+/g, 'store ID, counter N')
    .replace(/^((?:\s+\d+){4})(\s+\d+)(?=\s+[a-z])/gm, (_, left: string, durable: string) =>
      left.concat('DURABLE'.padStart(durable.length)),
    );
}
