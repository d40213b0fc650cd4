// Runs a process of the audit under strace, if there is one here that may trace.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { TRACED_CALLS } from './steps.js';

/** Long enough for both slots of a superblock in one write. */
const STRING_BYTES_MAX = 8192;
const LIFE_MS_MAX = 60_000;

/** Why nothing can be traced here; undefined if it can. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return `no strace on ${process.platform}`;
  const found = spawnSync('strace', ['-f', '-o', '/dev/null', process.execPath, '-e', '0']);
  if (found.error !== undefined) return 'strace is not installed';
  return found.status === 0 ? undefined : `strace may not trace: ${String(found.stderr).trim()}`;
}

export interface Traced {
  readonly trace: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/** Runs node with the arguments and returns what was traced of all its threads. */
export function runTraced(
  args: readonly string[],
  options: { file: string; inject: string | undefined },
): Traced {
  const calls = `trace=${TRACED_CALLS.map((name) => `?${name}`).join(',')}`;
  const inject = options.inject === undefined ? [] : ['-e', `inject=${options.inject}`];
  const strace = ['-f', '-y', '-x', '-qq', '-s', String(STRING_BYTES_MAX), '--seccomp-bpf'];
  const found = spawnSync(
    'strace',
    [...strace, '-o', options.file, '-e', calls, ...inject, process.execPath, ...args],
    {
      // Calls through io_uring are seen by nobody.
      env: { ...process.env, UV_USE_IO_URING: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIFE_MS_MAX,
      killSignal: 'SIGKILL',
    },
  );
  if (found.error !== undefined) throw found.error;
  return {
    trace: readFileSync(options.file, 'latin1'),
    exitCode: found.status,
    signal: found.signal,
    errors: String(found.stderr),
  };
}
