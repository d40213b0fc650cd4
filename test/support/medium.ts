// Which media the stores of tests have: all that work here, and where a test names none the default
// or what LANEDB_IO says.

import { tmpdir } from 'node:os';

import type { OpenOptions } from '../../src/index.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';

type Io = NonNullable<OpenOptions['io']>;

/**
 * False for what cannot be mapped here: without koffi, or where temporary files lie on a file
 * system that is unsafe to map.
 */
export function isPossible(io: Io): boolean {
  return io !== 'mapped' || new NodeFileSystem().canMap(tmpdir());
}

/** Options with the medium that the run of the tests is about, unless they name one themselves. */
export function withMedium<O extends { io?: Io | undefined }>(options: O | undefined): O {
  const io = process.env['LANEDB_IO'] as Io | undefined;
  return (io === undefined ? { ...options } : { io, ...options }) as O;
}
