// Writes recovery-fixtures/ anew: `npm run fixtures`. The same source gives the same bytes, so what
// git shows afterwards is what changed. Fixtures of a release must not change.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FixtureCase } from './fixture-case.js';
import { SOUND_CASES } from './fixture-cases.js';
import { DAMAGED_CASES } from './fixture-damage-cases.js';
import { dumpOf, expectationOf } from './fixture-expectation.js';
import { FILE_CASES } from './fixture-file-cases.js';
import {
  FIXTURES,
  fixtureDisk,
  fixtureNames,
  LOG_FIXTURES,
  writeExpected,
  writeStore,
} from './fixture-files.js';
import { liveDump, startLiveStore } from './live-store.js';
import { LOG_CASES, logExpectation } from './log-fixture-cases.js';
import { TestDisk } from './test-disk.js';

const README = `# Recovery fixtures

Each directory is a store at one moment: \`store/\` holds its files as text (\`length: N\`, then rows
\`offset: hex\` of 64 bytes; rows of zeros are left out), \`case.md\` says what happened to it,
\`expected.json\` what recovery reports, and \`dump.txt\` what \`lanedb dump\` prints.

\`npm run fixtures\` writes all of it from the cases in test/support/; test/fixtures.test.ts checks that
recovery and dump give exactly this and change no byte. The name begins with the format version.
Fixtures of a release are never changed: a later version brings new directories, and these must still
open. \`running-store.txt\` is what dump prints of a store that a process has open, with what varies masked.

| case | what is damaged | expected |
|---|---|---|
`;

const LOG_README = `# Log fixtures

Each directory is a log of lanedb/wal at one moment, in the form of recovery-fixtures/: \`store/\` holds its
files as text, \`expected.json\` what recovery reports and which entries an open gives. \`npm run fixtures\`
makes those that are missing; test/log-fixtures.test.ts checks all. Fixtures of a release are never changed.

| case | what happened | expected |
|---|---|---|
`;

for (const name of fixtureNames()) rmSync(join(FIXTURES, name), { recursive: true });
let table = '';
const cases = [...SOUND_CASES, ...DAMAGED_CASES, ...FILE_CASES];
for (const each of cases) {
  await write(each);
  table += `| ${each.name} | ${each.damage} | ${each.outcome} |\n`;
}
writeFileSync(join(FIXTURES, 'README.md'), README + table);
await writeRunningStore();
await writeLogs();
console.log(`${cases.length} fixtures of stores, ${LOG_CASES.length} of logs`);

async function write(each: FixtureCase): Promise<void> {
  const { name } = each;
  writeStore(name, each.files());
  writeExpected(name, 'case.md', caseText(each));
  const disk = fixtureDisk(name);
  writeExpected(name, 'expected.json', await expectationOf(disk));
  writeExpected(name, 'dump.txt', dumpOf(disk).text);
  if (name !== 'v1-clean') return;
  writeExpected(name, 'dump-hex.txt', dumpOf(disk, { hex: true }).text);
  writeExpected(name, 'dump.jsonl', dumpOf(disk, { json: true }).text);
}

async function writeLogs(): Promise<void> {
  mkdirSync(LOG_FIXTURES, { recursive: true });
  const known = new Set(fixtureNames(LOG_FIXTURES));
  let rows = '';
  for (const { name, damage, outcome, files } of LOG_CASES) {
    rows += `| ${name} | ${damage} | ${outcome} |\n`;
    // The log itself makes them, and may come to make other ones: those that are there stay.
    if (known.has(name)) continue;
    const made = await files();
    writeStore(name, made, LOG_FIXTURES);
    const disk = new TestDisk({ seed: 1, mappable: false });
    disk.makeDirectoryRaw('/log');
    for (const [file, bytes] of made) disk.writeFileRaw(`/log/${file}`, bytes);
    writeExpected(name, 'expected.json', await logExpectation(disk), LOG_FIXTURES);
  }
  writeFileSync(join(LOG_FIXTURES, 'README.md'), LOG_README + rows);
}

async function writeRunningStore(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-fixture-'));
  const child = await startLiveStore(join(directory, 'store'));
  writeFileSync(join(FIXTURES, 'running-store.txt'), liveDump(join(directory, 'store')));
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
}

function caseText({ name, damage, outcome, reason }: FixtureCase): string {
  return `# ${name}\n\nWhat happened: ${damage}.\n\nExpected: ${outcome}.\n\n${reason}\n`;
}
