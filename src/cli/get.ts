// lanedb get: prints the value of one key.

import { type KeyOptions, parseKey, type ValueEncodingName } from './arguments.js';
import { EXIT_FINE, NotFoundError } from './exit-codes.js';
import { jsonText } from './json-form.js';
import type { Output } from './output.js';
import { withStore } from './with-store.js';

export interface GetOptions extends KeyOptions {
  valueEncoding: ValueEncodingName;
  json: boolean;
}

/** Prints a string as it is and everything else as JSON. Throws NotFoundError. */
export async function get(
  output: Output,
  words: { path: string; key: string },
  options: GetOptions,
): Promise<number> {
  const key = parseKey(words.key, options);
  return await withStore(words.path, { ...options, readOnly: true }, async (store) => {
    const entry = store.getEntry(key);
    if (entry === undefined) throw new NotFoundError(`there is no value for the key ${words.key}`);
    const { value, version } = entry;
    const text = typeof value === 'string' ? value : jsonText(value);
    await output.print([options.json ? jsonText({ key, value, version }) : text]);
    return EXIT_FINE;
  });
}
