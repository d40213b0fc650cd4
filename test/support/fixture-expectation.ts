// What a fixture gives: the report of recovery and a digest of the entries, or the error. As JSON, the
// way verify prints it.

import { dumpLines } from '../../src/cli/dump.js';
import { toJsonForm } from '../../src/cli/json-form.js';
import { judge } from '../../src/cli/verify.js';
import { isLaneError } from '../../src/errors.js';
import { recover } from '../../src/recovery/recover.js';
import { DigestSink } from './fixture-digest.js';
import type { TestDisk } from './test-disk.js';

const DUMP_OPTIONS = {
  json: false,
  keysOnly: false,
  hex: false,
  keyEncoding: 'ordered',
  from: 0,
  lane: undefined,
} as const;

/** What expected.json holds. */
export async function expectationOf(disk: TestDisk): Promise<string> {
  return `${JSON.stringify(toJsonForm(await expect(disk)), null, 2)}\n`;
}

async function expect(disk: TestDisk): Promise<unknown> {
  try {
    const { report } = await judge(disk, '/store', () => undefined);
    if (report.problem !== undefined) return { report };
    const sink = new DigestSink();
    recover(disk, '/store', sink);
    return { report, entries: sink.digest() };
  } catch (error) {
    if (!isLaneError(error)) throw error;
    const { code, message, file, offset } = error;
    return { error: { code, message, file, ...(offset === undefined ? {} : { offset }) } };
  }
}

/** What dump prints. */
export function dumpOf(
  disk: TestDisk,
  changes: { json?: boolean; hex?: boolean } = {},
): { text: string; hasDamage: boolean } {
  const dumped = { hasDamage: false };
  const source = { fileSystem: disk, path: '/store', alarm: (text: string) => text, dumped };
  const lines = [...dumpLines(source, { ...DUMP_OPTIONS, ...changes })];
  return { text: `${lines.join('\n')}\n`, hasDamage: dumped.hasDamage };
}
