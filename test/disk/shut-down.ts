// Takes a file system away under whoever uses it, by the ioctl that ext4 and xfs have for tests:
// from then on every call fails and nothing more reaches the disk.

import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What happens to the journal: written out with the data, written out, or dropped. */
export const SHUTDOWNS = { default: 0, logFlush: 1, noLogFlush: 2 } as const;
export type Shutdown = keyof typeof SHUTDOWNS;

/** _IOR('X', 125, __u32) */
const FS_IOC_SHUTDOWN = 0x8004_587d;

interface Koffi {
  load(path: null): { func(prototype: string): unknown };
  errno(): number;
}

type Ioctl = (descriptor: number, request: number, argument: Uint32Array) => number;

/** Why no file system can be shut down here; undefined if one can. */
export function whyNoShutdown(): string | undefined {
  try {
    createRequire(import.meta.url).resolve('koffi');
    return undefined;
  } catch {
    return 'koffi, which makes the call, is not installed';
  }
}

/** Shuts the file system down on which the directory lies. Throws where it cannot be. */
export function shutDown(directory: string, kind: Shutdown): void {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const prototype = 'int ioctl(int fd, unsigned long request, uint32_t *argument)';
  const ioctl = koffi.load(null).func(prototype) as Ioctl;
  const descriptor = openSync(directory, 'r');
  try {
    if (ioctl(descriptor, FS_IOC_SHUTDOWN, new Uint32Array([SHUTDOWNS[kind]])) === 0) return;
    throw new Error(`a file system cannot be shut down here: errno ${koffi.errno()}`);
  } finally {
    closeSync(descriptor);
  }
}
