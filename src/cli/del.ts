// lanedb del: deletes one key, there or not, and returns when that survives power loss. Prints
// nothing.

import { type KeyOptions, parseKey } from './arguments.js';
import { EXIT_FINE } from './exit-codes.js';
import { withStore } from './with-store.js';

export async function del(
  words: { path: string; key: string },
  options: KeyOptions,
): Promise<number> {
  const key = parseKey(words.key, options);
  return await withStore(words.path, { ...options, readOnly: false }, async (store) => {
    await store.delete(key);
    return EXIT_FINE;
  });
}
