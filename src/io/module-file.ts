// Files of this package that are loaded by their place, as threads are. A bundler may have taken
// the code away from them: better known before than by a thread that never begins.

import { existsSync } from 'node:fs';

/**
 * The first of the places, relative to `base`, at which there is a file; undefined if there is
 * none. `base` is the caller's import.meta.url, which is empty in some bundles.
 */
export function findModule(base: string | undefined, places: readonly string[]): URL | undefined {
  for (const place of places) {
    if (!URL.canParse(place, base)) continue;
    const url = new URL(place, base);
    if (url.protocol !== 'file:' || existsSync(url)) return url;
  }
  return undefined;
}
