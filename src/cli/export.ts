// lanedb export: prints every entry as a line of JSON that import takes, in key order, without ever
// holding them all.

import type { ValueEncodingName } from './arguments.js';
import { entryLine } from './entry-line.js';
import { EXIT_FINE } from './exit-codes.js';
import type { Output } from './output.js';
import { progressLine } from './progress-line.js';
import { type BoundOptions, boundsOf } from './range.js';
import { type AnyStore, withStore } from './with-store.js';

export type ExportOptions = BoundOptions & { valueEncoding: ValueEncodingName };

const PROGRESS_ENTRIES = 10_000;

export async function exportEntries(
  output: Output,
  path: string,
  options: ExportOptions,
): Promise<number> {
  const { keyEncoding, valueEncoding } = options;
  const range = boundsOf(options);
  // On one terminal lines and progress would stand in each other's way.
  const show = output.isTerminal ? () => undefined : progressLine(process.stderr);
  const openOptions = { keyEncoding, valueEncoding, readOnly: true };
  return await withStore(path, openOptions, async (store, signal) => {
    try {
      await output.print(linesOf(store, range, show), signal);
    } finally {
      show('');
    }
    return EXIT_FINE;
  });
}

function* linesOf(
  store: AnyStore,
  range: Record<string, unknown>,
  show: (text: string) => void,
): Generator<string> {
  let entries = 0;
  for (const [key, value] of store.entries(range)) {
    yield entryLine({ key, value });
    entries++;
    if (entries % PROGRESS_ENTRIES === 0) show(`${entries} entries`);
  }
}
