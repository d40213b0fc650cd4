// lanedb import: reads lines of entries from its input into a store. What it imported survives
// power loss when it ends.

import type { KeyEncodingName, ValueEncodingName } from './arguments.js';
import { BadLineError, EXIT_FINE, InputError } from './exit-codes.js';
import { checkSourceName, Importer } from './importer.js';
import { LineSplitter } from './line-splitter.js';
import type { Output } from './output.js';
import { progressLine } from './progress-line.js';
import { type AnyStore, withStore } from './with-store.js';

/** What is used of process.stdin. */
export interface InputStream extends AsyncIterable<Uint8Array> {
  destroy(error?: Error): unknown;
}

export interface ImportOptions {
  keyEncoding: KeyEncodingName;
  valueEncoding: ValueEncodingName;
  /** Make the store if there is none. */
  create: boolean;
  /** Name under which progress is kept; undefined to keep none. */
  resume: string | undefined;
}

/** The largest there are: whatever a store can hold can be imported. */
const SEGMENT_BYTES = 67108864;

/** Imports all lines of the input. Throws InputError for a bad line. */
export async function importEntries(
  streams: { output: Output; input: () => InputStream },
  path: string,
  options: ImportOptions,
): Promise<number> {
  if (options.resume !== undefined) checkSourceName(options.resume);
  const { keyEncoding, valueEncoding, create } = options;
  const openOptions = { keyEncoding, valueEncoding, create, segmentBytes: SEGMENT_BYTES };
  return await withStore(path, { ...openOptions, readOnly: false }, async (store, signal) => {
    const importer = new Importer(store, options.resume);
    try {
      await importAll(store, importer, { input: streams.input(), signal });
    } catch (error) {
      if (!(error instanceof BadLineError)) throw error;
      await importer.finish();
      throw new InputError(`${error.message}; the lines before it are imported`);
    }
    const before = importer.linesBefore;
    const note = before === 0 ? '' : ` behind ${before} lines that were imported before`;
    await streams.output.print([`imported ${importer.entries} entries${note}`]);
    return EXIT_FINE;
  });
}

async function importAll(
  store: AnyStore,
  importer: Importer,
  source: { input: InputStream; signal: AbortSignal },
): Promise<void> {
  const { input, signal } = source;
  const splitter = new LineSplitter();
  const show = progressLine(process.stderr);
  // Whoever waits for input is woken by its end.
  const stop = () => input.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of input) {
      for (const line of splitter.push(chunk)) {
        if (!importer.take(line)) continue;
        await importer.flush();
        signal.throwIfAborted();
        show(`${importer.entries} entries, ${store.stats().keys} keys`);
      }
    }
    const last = splitter.end();
    if (last !== undefined) importer.take(last);
    await importer.end();
  } finally {
    show('');
    signal.removeEventListener('abort', stop);
    input.destroy();
  }
}
