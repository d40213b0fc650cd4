// Recovery fixtures on the real disk: the files of a store as text, rows of 64 bytes in hex with the
// rows of zeros left out, beside what is expected of them.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { TestDisk } from './test-disk.js';

export const FIXTURES = fileURLToPath(new URL('../../../recovery-fixtures/', import.meta.url));
export const LOG_FIXTURES = fileURLToPath(new URL('../../../log-fixtures/', import.meta.url));

const ROW_BYTES = 64;
const SUFFIX = '.hex';

/** Names of all fixtures, sorted. */
export function fixtureNames(root = FIXTURES): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** A simulated disk with the store of a fixture in /store. */
export function fixtureDisk(name: string, root = FIXTURES): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [file, bytes] of readStore(name, root)) disk.writeFileRaw(`/store/${file}`, bytes);
  return disk;
}

/** The files of a fixture's store. */
export function readStore(name: string, root = FIXTURES): Map<string, Uint8Array> {
  const directory = join(root, name, 'store');
  const files = new Map<string, Uint8Array>();
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith(SUFFIX)) throw new Error(`${file} is no file of a fixture`);
    const text = readFileSync(join(directory, file), 'latin1');
    files.set(file.slice(0, -SUFFIX.length), bytesOfText(text));
  }
  return files;
}

export function writeStore(name: string, files: Map<string, Uint8Array>, root = FIXTURES): void {
  const directory = join(root, name, 'store');
  mkdirSync(directory, { recursive: true });
  for (const [file, bytes] of files) {
    writeFileSync(join(directory, `${file}${SUFFIX}`), textOfBytes(bytes));
  }
}

/** A text beside a fixture's store: expected.json, dump.txt. */
export function readExpected(name: string, file: string, root = FIXTURES): string {
  return readFileSync(join(root, name, file), 'utf8');
}

export function writeExpected(name: string, file: string, text: string, root = FIXTURES): void {
  writeFileSync(join(root, name, file), text);
}

/** `length: N`, then `offset: hex` for every row that is not all zeros. */
export function textOfBytes(bytes: Uint8Array): string {
  const lines = [`length: ${bytes.length}`];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = Buffer.from(bytes.subarray(at, at + ROW_BYTES));
    if (row.some((byte) => byte !== 0)) lines.push(`${at}: ${row.toString('hex')}`);
  }
  return `${lines.join('\n')}\n`;
}

export function bytesOfText(text: string): Uint8Array {
  const [first = '', ...rows] = text.trimEnd().split('\n');
  const bytes = new Uint8Array(Number(first.replace('length: ', '')));
  for (const row of rows) {
    const [offset = '', hex = ''] = row.split(': ');
    bytes.set(Buffer.from(hex, 'hex'), Number(offset));
  }
  return bytes;
}
