// Opens a store for one command and closes it whatever happens. Ctrl-C ends the command between two
// steps and closes the store as properly as its end would; a second Ctrl-C ends the process at
// once, which a store survives as well.

import { open, type Store } from '../index.js';
import type { KeyEncodingName, ValueEncodingName } from './arguments.js';
import { InterruptedError } from './exit-codes.js';

export interface StoreOptions {
  readOnly: boolean;
  /** Make the store if there is none. */
  create?: boolean;
  keyEncoding?: KeyEncodingName;
  valueEncoding?: ValueEncodingName;
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
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  try {
    const store = await openAny(path, options);
    let code: number;
    try {
      if (controller.signal.aborted) throw new InterruptedError('interrupted');
      code = await use(store, controller.signal);
    } finally {
      await store.close();
    }
    if (controller.signal.aborted) throw new InterruptedError('interrupted');
    return code;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function openAny(path: string, options: StoreOptions): Promise<AnyStore> {
  const { readOnly, create, keyEncoding, valueEncoding } = options;
  const opened = await open(path, {
    readOnly,
    createIfMissing: create === true,
    memoryBytes: MEMORY_BYTES_MAX,
    keyEncoding,
    valueEncoding,
  });
  return opened as unknown as AnyStore;
}
