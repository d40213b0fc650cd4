// Directories on the real disk for tests, removed when the test ends, also on a small tmpfs.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ExecutionContext } from 'ava';

/** A new empty directory. */
export function temporaryDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** True where a small file system can be mounted: Linux, as root. */
export function canMountTmpfs(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-mount-'));
  const isMounted = mount(directory, 65536);
  if (isMounted) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true });
  return isMounted;
}

/** A new directory on a file system of its own with `bytes` bytes. */
export function smallTmpfs(t: ExecutionContext, bytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-small-'));
  t.teardown(() => {
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  if (!mount(directory, bytes)) throw new Error(`cannot mount a tmpfs on ${directory}`);
  return directory;
}

function mount(directory: string, bytes: number): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'lanedb-test', directory];
  return spawnSync('mount', options).status === 0;
}
