// What the kernel counts of this process, from /proc: page faults of the thread that asks, bytes
// that it sent to the disk. Linux only.

import { readFileSync } from 'node:fs';

export function hasCounters(): boolean {
  return process.platform === 'linux';
}

/** Page faults of the main thread that needed no disk, since the process began. */
export function minorFaults(): number {
  const text = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  // The name of the process, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[7]);
}

/** Bytes that all threads of the process have caused to be written to a disk: dirtied pages. */
export function writtenBytes(): number {
  const found = /^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'));
  if (found === null) throw new Error('the kernel does not count the bytes of a process');
  return Number(found[1]);
}

/** Sectors of 512 bytes that were written to a device, by whomever. */
export function deviceBytes(device: string): number {
  const fields = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/);
  return Number(fields[6]) * 512;
}
