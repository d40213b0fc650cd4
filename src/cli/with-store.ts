// Opens a store for one command and closes it whatever happens. Ctrl-C ends the command between two
// steps and closes the store as properly as its end would; a second Ctrl-C ends the process at
// once, which a store survives as well.

import { open, type Store } from '../index.js';
import type { KeyEncodingName, ValueEncodingName } from './arguments.js';
import { withInterrupt } from './with-interrupt.js';

export interface StoreOptions {
  readOnly: boolean;
  /** Make the store if there is none. */
  create?: boolean;
  keyEncoding?: KeyEncodingName;
  valueEncoding?: ValueEncodingName;
  /** Length of a large segment, in which the largest record must fit. */
  segmentBytes?: number;
}

/** A store whose encodings only the user of the command knows. */
export type AnyStore = Store<unknown, unknown>;

/** The most a store may use: who writes a store from here knows nothing of its options. */
const MEMORY_BYTES_MAX = 1073741824;

/** Runs `use` on the open store. Throws InterruptedError after Ctrl-C, when the store is closed. */
export async function withStore(
  path: string,
  options: StoreOptions,
  use: (store: AnyStore, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  return await withInterrupt(async (signal) => {
    const store = await openAny(path, options);
    try {
      signal.throwIfAborted();
      return await use(store, signal);
    } finally {
      await store.close();
    }
  });
}

async function openAny(path: string, options: StoreOptions): Promise<AnyStore> {
  const { readOnly, create, keyEncoding, valueEncoding, segmentBytes } = options;
  const opened = await open(path, {
    readOnly,
    createIfMissing: create === true,
    memoryBytes: MEMORY_BYTES_MAX,
    keyEncoding,
    valueEncoding,
    segmentBytes,
  });
  return opened as unknown as AnyStore;
}
