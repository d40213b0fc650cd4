// lanedb range: prints keys and values in key order, one entry a line, without ever holding them
// all.

import { type KeyOptions, parseKey, type ValueEncodingName } from './arguments.js';
import { EXIT_FINE } from './exit-codes.js';
import { jsonText } from './json-form.js';
import type { Output } from './output.js';
import { type AnyStore, withStore } from './with-store.js';

const BOUNDS = ['gt', 'gte', 'lt', 'lte', 'prefix'] as const;

/** Which entries: the words of the command line. */
export type BoundOptions = KeyOptions & {
  [bound in (typeof BOUNDS)[number]]?: string | undefined;
} & {
  reverse: boolean;
  limit: number | undefined;
};

export type RangeOptions = BoundOptions & {
  valueEncoding: ValueEncodingName;
  /** Print keys only, values only, or both. */
  keys: boolean;
  values: boolean;
  json: boolean;
};

export async function range(output: Output, path: string, options: RangeOptions): Promise<number> {
  const { keyEncoding, valueEncoding } = options;
  const chosen = boundsOf(options);
  const openOptions = { keyEncoding, valueEncoding, readOnly: true };
  return await withStore(path, openOptions, async (store, signal) => {
    await output.print(linesOf(store, chosen, options), signal);
    return EXIT_FINE;
  });
}

/** The range of a store that the words of the command line stand for. */
export function boundsOf(options: BoundOptions): Record<string, unknown> {
  const chosen: Record<string, unknown> = { reverse: options.reverse, limit: options.limit };
  for (const bound of BOUNDS) {
    const word = options[bound];
    if (word !== undefined) chosen[bound] = parseKey(word, options);
  }
  return chosen;
}

function* linesOf(
  store: AnyStore,
  chosen: Record<string, unknown>,
  options: RangeOptions,
): Generator<string> {
  const { json } = options;
  if (options.keys) {
    for (const key of store.keys(chosen)) yield json ? jsonText({ key }) : jsonText(key);
  } else if (options.values) {
    for (const value of store.values(chosen)) yield json ? jsonText({ value }) : jsonText(value);
  } else {
    for (const [key, value] of store.entries(chosen)) {
      yield json ? jsonText({ key, value }) : `${jsonText(key)}\t${jsonText(value)}`;
    }
  }
}
