// A fixture opened as a user would: what the store then holds, or the error, beside what is expected.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isLaneError, type Key, open } from '../../src/index.js';
import { digestOf, type EntryDigest } from './fixture-digest.js';
import { fixtureDisk } from './fixture-files.js';
import { keyHex, valueHex } from './log-builder.js';

/** Entries, or an error with the name of its file. */
export type OpenOutcome =
  | { entries: EntryDigest }
  | { error: { code: string; file: string | undefined; offset: number | undefined } };

export interface OpenedFixture {
  outcome: OpenOutcome;
  before: Map<string, string>;
  after: Map<string, string>;
}

/** Opens the fixture in a directory of its own, reads all of it and closes it. */
export async function openFixture(name: string, readOnly: boolean): Promise<OpenedFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-fixture-'));
  try {
    fixtureDisk(name).toDirectory(directory);
    const before = filesOf(directory);
    const outcome = await openAndRead(directory, readOnly);
    return { outcome, before, after: filesOf(directory) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function openAndRead(directory: string, readOnly: boolean): Promise<OpenOutcome> {
  try {
    const store = await open(directory, { readOnly, createIfMissing: false });
    const entries = new Map<string, string>();
    for (const [key, value] of store.entries()) entries.set(keyHex(key as Key), valueHex(value));
    await store.close();
    return { entries: digestOf(entries) };
  } catch (error) {
    if (!isLaneError(error)) throw error;
    const { code, file, offset } = error;
    return { error: { code, file: file?.replace(directory, '/store'), offset } };
  }
}

function filesOf(directory: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(directory).sort()) {
    files.set(name, readFileSync(join(directory, name), 'latin1'));
  }
  return files;
}
