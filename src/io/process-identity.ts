// Who a process is, so that a later one can tell whether it still lives: its pid, its start time
// (pids are used again) and the boot it ran in. On systems other than Linux the pid alone counts.
// Processes in different pid namespaces cannot judge each other by this: there only flock excludes.
import { readFileSync } from 'node:fs';
import { errnoCode } from './system-error.js';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; empty if unknown. */
  readonly startTime: string;
  /** Id of the boot; empty if unknown. */
  readonly bootId: string;
}

/** What is asked of the operating system. Tests answer instead of it. */
export interface ProcessProbe {
  readonly pid: number;
  readonly isLinux: boolean;
  /** Text of a file; throws the system's error. */
  readText(path: string): string;
  /** Sends the signal 0. Throws ESRCH without such a process, EPERM if it is another user's. */
  signal(pid: number): void;
}

interface ProcessStatus {
  state: string;
  threads: number;
  startTime: string;
}

// Fields of /proc/<pid>/stat counted from the one after the command's name, which is field 3.
const STATE_FIELD = 3 - 3;
const THREADS_FIELD = 20 - 3;
const START_TIME_FIELD = 22 - 3;

const DIGITS = /^[0-9]{1,20}$/;
const BOOT_ID = /^[0-9A-Za-z-]{1,64}$/;

/** Identity of the process this runs in, the same on all its threads. */
export function ownIdentity(probe: ProcessProbe = systemProbe()): ProcessIdentity {
  if (!probe.isLinux) return { pid: probe.pid, startTime: '', bootId: '' };
  const status = readStatus(probe, 'self');
  return { pid: probe.pid, startTime: status?.startTime ?? '', bootId: readBootId(probe) };
}

/** False only if the process has certainly ended. What cannot be found out counts as alive. */
export function isAlive(identity: ProcessIdentity, probe: ProcessProbe = systemProbe()): boolean {
  const bootId = probe.isLinux ? readBootId(probe) : '';
  if (bootId !== '' && identity.bootId !== '' && bootId !== identity.bootId) return false;
  if (!exists(probe, identity.pid)) return false;
  if (!probe.isLinux) return true;
  const status = readStatus(probe, String(identity.pid));
  // Hidden from us, or gone since it was signalled.
  if (status === undefined) return exists(probe, identity.pid);
  // Killed but not waited for by its parent. With other threads left it may still be in a write.
  if (status.state === 'Z' && status.threads <= 1) return false;
  return identity.startTime === '' || identity.startTime === status.startTime;
}

function systemProbe(): ProcessProbe {
  return {
    pid: process.pid,
    isLinux: process.platform === 'linux',
    readText: (path) => readFileSync(path, 'latin1'),
    signal: (pid) => {
      process.kill(pid, 0);
    },
  };
}

function exists(probe: ProcessProbe, pid: number): boolean {
  try {
    probe.signal(pid);
    return true;
  } catch (error) {
    return errnoCode(error) !== 'ESRCH';
  }
}

function readBootId(probe: ProcessProbe): string {
  const text = readOptional(probe, '/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return BOOT_ID.test(text) ? text : '';
}

function readStatus(probe: ProcessProbe, process: string): ProcessStatus | undefined {
  const text = readOptional(probe, `/proc/${process}/stat`);
  if (text === undefined) return undefined;
  // The name of the command stands in parentheses and may itself hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[STATE_FIELD];
  const startTime = fields[START_TIME_FIELD];
  if (state === undefined || startTime === undefined || !DIGITS.test(startTime)) return undefined;
  return { state, threads: Number(fields[THREADS_FIELD]), startTime };
}

// Absent without /proc or when it hides the processes of others; the process may also just be gone.
function readOptional(probe: ProcessProbe, path: string): string | undefined {
  try {
    return probe.readText(path);
  } catch (error) {
    if (errnoCode(error) !== undefined) return undefined;
    throw error;
  }
}
