// A copy of the compiled project in which one text of one file is another: how a bug is planted.
// The text must be there exactly once, so that a plant never misses what it is meant to change.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Patch {
  /** Path in the compiled project: `src/sync/sync-round.js`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const COMPILED = fileURLToPath(new URL('../../', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Not the types and maps beside it. */
const isRun = (path: string): boolean => !/\.(?:d\.ts|map)$/.test(path);

/** Calls `use` with the directory of a compiled copy that has the patches, and removes it then. */
export async function withPatches<R>(
  patches: readonly Patch[],
  use: (compiled: string) => Promise<R>,
): Promise<R> {
  const root = mkdtempSync(join(tmpdir(), 'lanedb-planted-'));
  try {
    const compiled = join(root, 'dist');
    for (const part of ['src', 'test/audit', 'test/support']) {
      cpSync(join(COMPILED, part), join(compiled, part), { recursive: true, filter: isRun });
    }
    cpSync(join(PROJECT, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
    for (const [file, text] of patched(patches)) writeFileSync(join(compiled, file), text);
    return await use(compiled);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The files that patches change, as they are then. Throws if one does not apply exactly once. */
export function patched(patches: readonly Patch[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, from, to } of patches) {
    const parts = (texts.get(file) ?? readFileSync(join(COMPILED, file), 'utf8')).split(from);
    if (parts.length !== 2) {
      throw new Error(`${file} has ${parts.length - 1} times what is to be changed: ${from}`);
    }
    texts.set(file, parts.join(to));
  }
  return texts;
}
