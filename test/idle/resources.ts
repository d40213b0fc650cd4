// What this process holds, from /proc: descriptors, mappings, those of files of a store, threads,
// memory. And what a directory takes on disk, in blocks. Linux only, but for the disk.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Resources {
  readonly descriptors: number;
  /** All, those of the heap and of libraries too: they come and go by some dozens. */
  readonly mappings: number;
  /** Of files under the directory. */
  readonly storeMappings: number;
  readonly threads: number;
  readonly memoryBytes: number;
}

const BLOCK_BYTES = 512;

export function hasResources(): boolean {
  return process.platform === 'linux';
}

export function readResources(directory: string): Resources {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    mappings: maps.length,
    storeMappings: maps.filter((line) => line.includes(directory)).length,
    threads: readdirSync('/proc/self/task').length,
    memoryBytes: process.memoryUsage.rss(),
  };
}

export function diskBytes(directory: string): number {
  let bytes = statSync(directory).blocks * BLOCK_BYTES;
  for (const name of readdirSync(directory))
    bytes += statSync(join(directory, name)).blocks * BLOCK_BYTES;
  return bytes;
}
