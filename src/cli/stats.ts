// lanedb stats: what store.stats() tells after opening the store read-only.

import { EXIT_FINE } from './exit-codes.js';
import { escapeUnprintable, jsonText } from './json-form.js';
import type { Output } from './output.js';
import { withStore } from './with-store.js';

export async function stats(
  output: Output,
  path: string,
  options: { json: boolean },
): Promise<number> {
  return await withStore(path, { readOnly: true }, async (store) => {
    const found = store.stats();
    const { recovery, ...counters } = found;
    const brief = { ...counters, recovery: recovery?.outcome, records: recovery?.records };
    await output.print(options.json ? [jsonText(found)] : linesOf(brief, ''));
    return EXIT_FINE;
  });
}

/** `name: value`, what lies deeper as `name.inner: value`. */
function* linesOf(value: unknown, name: string): Generator<string> {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    const text = typeof value === 'string' ? value : jsonText(value);
    yield `${name}: ${escapeUnprintable(text)}`;
    return;
  }
  for (const [member, inner] of Object.entries(value)) {
    yield* linesOf(inner, name === '' ? member : `${name}.${member}`);
  }
}
