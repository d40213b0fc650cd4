// What the tests of the test disk share: small disks, files on them and many cuts of them.

import type { ExecutionContext } from 'ava';
import type { LaneErrorCode } from '../../src/errors.js';
import { isLaneError } from '../../src/errors.js';
import type { MappedRegion, WritableFile } from '../../src/io/file-system.js';
import type { TestDiskOptions } from './test-disk.js';
import { TestDisk } from './test-disk.js';

export const CUTS = 500;

export function newDisk(options: TestDiskOptions = {}): TestDisk {
  const disk = new TestDisk(options);
  disk.makeDirectory('/store');
  disk.syncDirectory('/');
  return disk;
}

export function filled(bytes: number, value: number): Uint8Array {
  return new Uint8Array(bytes).fill(value);
}

export function write(file: WritableFile, content: Uint8Array, position = 0): void {
  file.write(content, 0, content.length, position);
}

/** A file that is on the disk under its name. */
export function durableFile(disk: TestDisk, name: string, content: Uint8Array): WritableFile {
  const file = disk.create(name);
  write(file, content);
  file.sync();
  disk.syncDirectory('/store');
  return file;
}

export function mappedFile(
  disk: TestDisk,
  bytes: number,
): { file: WritableFile; region: MappedRegion } {
  const file = disk.create('/store/a');
  file.allocate(bytes);
  file.sync();
  disk.syncDirectory('/store');
  return { file, region: disk.mapRegion(file, bytes) };
}

export function readAll(disk: TestDisk, name: string): Uint8Array | undefined {
  return disk.kind(name) === 'file' ? disk.readFileRaw(name) : undefined;
}

export function cuts(disk: TestDisk): TestDisk[] {
  return Array.from({ length: CUTS }, (_, seed) => disk.cut(seed));
}

export function throwsCode(
  t: ExecutionContext,
  code: LaneErrorCode,
  cause: string,
  run: () => void,
): void {
  const error = t.throws(run, { any: true });
  if (!isLaneError(error, code)) t.fail(`not ${code}: ${String(error)}`);
  else t.is((error.cause as NodeJS.ErrnoException).code, cause);
}
