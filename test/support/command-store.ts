// Stores for the tests of the lanedb command, made through the public API.

import { join } from 'node:path';

import type { ExecutionContext } from 'ava';

import { open } from '../../src/index.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A closed store with these entries; removed when the test ends. */
export async function storeWith(
  t: ExecutionContext,
  entries: Iterable<readonly [unknown, unknown]>,
): Promise<string> {
  const path = join(temporaryDirectory(t), 'store');
  const store = await open(path);
  for (const [key, value] of entries) void store.put(key as string, value);
  await store.close();
  return path;
}

/** So many entries of about 200 bytes each. */
export function* manyEntries(count: number): Generator<[string, string]> {
  const text = 'x'.repeat(180);
  for (let number = 0; number < count; number++) {
    yield [`key-${String(number).padStart(8, '0')}`, text + number];
  }
}
