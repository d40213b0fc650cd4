// Every recovery fixture gives exactly its expected report and dump, and is byte for byte the same
// afterwards. So is the store of a running process.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { SOUND_CASES } from './support/fixture-cases.js';
import { DAMAGED_CASES } from './support/fixture-damage-cases.js';
import { dumpOf, expectationOf } from './support/fixture-expectation.js';
import { FILE_CASES } from './support/fixture-file-cases.js';
import {
  FIXTURES,
  fixtureDisk,
  fixtureNames,
  readExpected,
  readStore,
} from './support/fixture-files.js';
import { liveDump, startLiveStore } from './support/live-store.js';
import { openFixture } from './support/open-fixture.js';
import { lanedb } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const CASES = [...SOUND_CASES, ...DAMAGED_CASES, ...FILE_CASES];

test('every case has a fixture and every fixture a case', (t) => {
  t.deepEqual(fixtureNames(), CASES.map(({ name }) => name).sort());
});

for (const { name, files } of CASES) {
  test(`${name}: recovery reports what is expected and changes no byte`, async (t) => {
    const disk = fixtureDisk(name);
    const before = disk.stateHash();
    t.is(await expectationOf(disk), readExpected(name, 'expected.json'));
    t.is(disk.stateHash(), before);
    t.deepEqual([...disk.snapshotFiles().keys()].length, readStore(name).size);
  });

  test(`${name}: dump prints what is expected and changes no byte`, (t) => {
    const disk = fixtureDisk(name);
    const before = disk.stateHash();
    t.is(dumpOf(disk).text, readExpected(name, 'dump.txt'));
    dumpOf(disk, { hex: true });
    t.is(disk.stateHash(), before);
  });

  test.serial(
    `${name}: an open gives what recovery promises, read-only without a trace`,
    async (t) => {
      const expected = JSON.parse(readExpected(name, 'expected.json'));
      for (const readOnly of [true, false]) {
        const { outcome, before, after } = await openFixture(name, readOnly);
        const problem = expected.report?.problem ?? expected.error;
        if (problem === undefined) t.deepEqual(outcome, { entries: expected.entries });
        else t.like(outcome, { error: { code: problem.code } });
        if (readOnly) t.deepEqual(after, before);
        if (problem === undefined) continue;
        if (problem.offset !== undefined) t.like(outcome, { error: placeOf(problem) });
        after.delete('LOCK');
        t.deepEqual(after, before);
      }
    },
  );

  test(`${name}: the generator makes the same bytes`, (t) => {
    const made = files();
    t.deepEqual([...made.keys()].sort(), [...readStore(name).keys()]);
    for (const [file, bytes] of readStore(name)) {
      t.true(Buffer.from(bytes).equals(Buffer.from(made.get(file)!)), file);
    }
  });
}

function placeOf({ file, offset }: { file: string; offset: number }) {
  return { file, offset };
}

test('dump shows every byte of the clean fixture in hex, and all of it as JSON', (t) => {
  const disk = fixtureDisk('v1-clean');
  t.is(dumpOf(disk, { hex: true }).text, readExpected('v1-clean', 'dump-hex.txt'));
  t.is(dumpOf(disk, { json: true }).text, readExpected('v1-clean', 'dump.jsonl'));
});

test('each line of a JSON dump is one object, for every fixture', (t) => {
  for (const name of fixtureNames()) {
    const { text } = dumpOf(fixtureDisk(name), { json: true });
    for (const line of text.trimEnd().split('\n')) t.is(typeof JSON.parse(line).fact, 'string');
  }
});

test('the dump command prints the same for a real directory, and its exit code tells', (t) => {
  for (const [name, code] of [
    ['v1-clean', 0],
    ['v1-torn', 0],
    ['v1-recycled', 0],
    ['v1-newer-version', 0],
    ['v1-damaged-below-watermark', 1],
    ['v1-missing-segment', 1],
    ['v1-newest-slot-bad', 1],
  ] as const) {
    const directory = mkdtempSync(join(tmpdir(), 'lanedb-fixture-'));
    fixtureDisk(name).toDirectory(directory);
    const run = lanedb('dump', directory);
    t.is(run.stdout, readExpected(name, 'dump.txt'));
    t.is(run.code, code, name);
    t.is(run.stderr, '');
    rmSync(directory, { recursive: true });
  }
});

test('dump prints the store of a running process', async (t) => {
  const golden = readFileSync(join(FIXTURES, 'running-store.txt'), 'utf8');
  for (const io of ['auto', 'buffered']) {
    const directory = join(temporaryDirectory(t), 'store');
    const child = await startLiveStore(directory, io);
    t.teardown(() => child.kill('SIGKILL'));
    t.is(liveDump(directory), golden);
    child.kill('SIGKILL');
  }
});
