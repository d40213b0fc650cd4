// lanedb put: writes one value and returns when it survives power loss. Prints nothing.

import { type KeyOptions, parseKey, parseValue, type ValueEncodingName } from './arguments.js';
import { EXIT_FINE } from './exit-codes.js';
import { withStore } from './with-store.js';

export interface PutOptions extends KeyOptions {
  valueEncoding: ValueEncodingName;
  /** Make the store if there is none. */
  create: boolean;
}

export async function put(
  words: { path: string; key: string; value: string },
  options: PutOptions,
): Promise<number> {
  const key = parseKey(words.key, options);
  const value = parseValue(words.value, options.valueEncoding);
  return await withStore(words.path, { ...options, readOnly: false }, async (store) => {
    await store.put(key, value);
    return EXIT_FINE;
  });
}
