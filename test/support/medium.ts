// The medium of stores whose test names none: the default, or what LANEDB_IO says.

import type { OpenOptions } from '../../src/index.js';

type Io = NonNullable<OpenOptions['io']>;

/** Options with the medium that the run of the tests is about, unless they name one themselves. */
export function withMedium<O extends { io?: Io | undefined }>(options: O | undefined): O {
  const io = process.env['LANEDB_IO'] as Io | undefined;
  return (io === undefined ? { ...options } : { io, ...options }) as O;
}
