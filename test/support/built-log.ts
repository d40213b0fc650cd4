// A built log on a simulated disk, as the readers of recovery see it.

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import type { LogBuilder } from './log-builder.js';
import { TestDisk } from './test-disk.js';

export const DIRECTORY = '/store';

/** A disk that holds exactly these files in DIRECTORY. */
export function diskWith(files: ReadonlyMap<string, Uint8Array>): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw(DIRECTORY);
  for (const [name, bytes] of files) disk.writeFileRaw(`${DIRECTORY}/${name}`, bytes);
  return disk;
}

export function diskOf(log: LogBuilder): TestDisk {
  return diskWith(log.files);
}

/** The same file with another format version in the header at `start`, its checksum sound. */
export function withVersion(bytes: Uint8Array, start: number, version: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint16(start + 8, version, true);
  sealFileHeader(changed, start, crc32);
  return changed;
}
