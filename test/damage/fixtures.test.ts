// Every recovery fixture salvaged: exactly what its case wrote and left whole is in the target, with the
// versions it had, and every loss is named with its place. With `strict` a store that opens gives what an
// open gives.

import test from 'ava';

import { isLaneError, type Key } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import type { SalvageReport } from '../../src/store/salvage.js';
import { salvageIn } from '../../src/store/salvage.js';
import { digestOf } from '../support/fixture-digest.js';
import { fixtureDisk, fixtureNames, readExpected } from '../support/fixture-files.js';
import { keyHex, valueHex } from '../support/log-builder.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

type Entry = [key: Key, value: unknown, version: number];

interface Saved {
  /** Numbers of the cities in the target, in the order of their keys. */
  cities?: number[];
  /** Their versions, if they are not their numbers. */
  versions?: number[];
  others?: Entry[];
  missing?: [number, number][];
  /** Records behind the first missing one. */
  behind?: number;
  /** `file:offset` of each loss. */
  losses?: string[];
  /** Strict: refused, or so many cities. */
  strict?: 'CORRUPT' | number;
}

const ONE = 'wal-l00-0000000001.log';
const TWO = 'wal-l00-0000000002.log';
const ERA = 2 ** 32;
const UNKNOWN = ['superblock:0', 'superblock:4096'];

/** What the generator's cases wrote, less what they damaged. */
const EXPECTED: Record<string, Saved | string> = {
  'v1-clean': {
    others: [
      [7n, new Date(0), 3],
      ['', 'the empty key', 4],
      ['delta', { a: { b: 'c' } }, 6],
      ['gamma', null, 5],
      [Uint8Array.of(0, 255, 27), 'bytes as a key', 11],
      [['user', 42, 'name'], 'Ada', 2],
    ],
  },
  'v1-killed-idle': { cities: [1, 2, 3, 4, 5, 6] },
  'v1-torn': { cities: [1, 2, 3, 4, 5] },
  'v1-torn-group': {
    cities: [1, 2, 3, 5, 6, 7],
    missing: [[4, 4]],
    behind: 3,
    losses: [`${ONE}:4288`],
    strict: 3,
  },
  'v1-damaged-above-watermark': {
    cities: [1, 2, 3, 4, 5, 7, 8],
    missing: [[6, 6]],
    behind: 2,
    losses: [`${ONE}:4416`],
    strict: 5,
  },
  // Trailers have numbers too.
  'v1-rotated': { cities: [1, 2, 3, 4, 5, 6, 7, 8], versions: [1, 2, 3, 5, 6, 7, 9, 10] },
  'v1-clean-rotated': { cities: [1, 2, 3, 4, 5, 6], versions: [1, 2, 3, 5, 6, 7] },
  'v1-recycled': { cities: [101, 102, 103, 104, 105], versions: [13, 14, 15, 16, 17] },
  'v1-half-recycled': { cities: [1, 2, 3, 4] },
  'v1-leftover-segment': { cities: [1, 2] },
  'v1-sealed-prefix': {
    others: [
      ['alpha', 'of era 3', 3 * ERA + 2],
      ['gamma', 'of era 3', 3 * ERA + 1],
    ],
  },
  'v1-trailing-garbage': { cities: [1, 2, 3, 4] },
  'v1-two-lanes': {
    others: [
      ['turn', 'lane 1, round 3', 11],
      [['lane 1', 1], 1, 6],
      [['lane 1', 2], 2, 9],
      [['lane 1', 3], 3, 12],
    ],
  },
  'v1-two-lanes-torn': {
    cities: [1, 2, 3, 4, 5, 7, 8],
    missing: [[6, 6]],
    behind: 2,
    losses: ['wal-l01-0000000002.log:4224'],
    strict: 5,
  },
  'v1-damaged-below-watermark': {
    cities: [1, 2, 4, 5, 6, 7],
    missing: [[3, 3]],
    behind: 4,
    losses: [`${ONE}:4224`],
    strict: 2,
  },
  'v1-damaged-clean': { cities: [1, 2], missing: [[3, 3]], losses: [`${ONE}:4224`] },
  'v1-damaged-length': {
    cities: [1, 3, 4, 5],
    missing: [[2, 2]],
    behind: 3,
    losses: [`${ONE}:4160`],
    strict: 1,
  },
  'v1-damaged-trailer': {
    cities: [1, 2, 3, 4, 5, 6],
    versions: [1, 2, 3, 5, 6, 7],
    missing: [[4, 4]],
    behind: 3,
    losses: [`${ONE}:4288`],
    strict: 3,
  },
  'v1-damaged-sealed': {
    others: [
      ['alpha', 1, 1],
      ['gamma', 3, ERA + 1],
    ],
    losses: [`${TWO}:4136`],
    strict: 'CORRUPT',
  },
  'v1-damaged-segment-header': { cities: [1, 2, 3], losses: [`${ONE}:0`] },
  'v1-missing-segment': {
    cities: [1, 2, 3, 7, 8, 9],
    versions: [1, 2, 3, 9, 10, 11],
    missing: [[5, 8]],
    behind: 3,
    losses: [`${TWO}:0`],
    strict: 3,
  },
  'v1-missing-lane': { cities: [1, 2, 3], losses: ['wal-l01-0000000002.log:0'] },
  'v1-lost-lane-content': {
    cities: [1, 2, 5, 6],
    missing: [[3, 4]],
    behind: 2,
    losses: ['wal-l01-0000000002.log:4096'],
    strict: 2,
  },
  'v1-vanished-newest-generation': { cities: [1, 2, 3], losses: [`${TWO}:0`] },
  'v1-truncated-segment': { cities: [1, 2, 3], losses: [`${ONE}:32768`] },
  'v1-zero-length-segment': { losses: [`${ONE}:0`] },
  'v1-zero-length-superblock': { cities: [1, 2, 3], losses: UNKNOWN, strict: 'CORRUPT' },
  'v1-missing-superblock': { cities: [1, 2, 3], losses: ['superblock:0'], strict: 'CORRUPT' },
  'v1-unfinished-first-open': 'STORE_NOT_FOUND',
  'v1-newest-slot-bad': { cities: [1, 2, 3, 4], losses: ['superblock:4096'] },
  'v1-both-slots-bad': { cities: [1, 2, 3], losses: UNKNOWN, strict: 'CORRUPT' },
  'v1-foreign-segment': { losses: [`${ONE}:0`] },
  'v1-doubled-segment': { cities: [1, 2, 3] },
  'v1-newer-version': 'FORMAT_UNSUPPORTED',
  'v1-newer-segment': { cities: [1, 2, 3], losses: [`${TWO}:0`] },
};

interface Outcome {
  report: SalvageReport;
  entries: Entry[];
}

async function salvaged(disk: TestDisk, strict: boolean): Promise<Outcome | string> {
  const environment = new TestEnvironment(disk, { seed: 3 });
  let report: SalvageReport;
  try {
    report = await salvageIn(environment, '/store', '/target', { strict });
  } catch (error) {
    if (isLaneError(error)) return error.code;
    throw error;
  }
  const store = await openIn(environment, '/target', { createIfMissing: false });
  const entries = [...store.entries()].map(([key, value]): Entry => {
    return [key, value, store.getEntry(key)?.version ?? 0];
  });
  await store.close();
  return { report, entries };
}

function citiesOf({ cities = [], versions = cities }: Saved): Entry[] {
  return cities.map((number, index) => {
    const value = { number, inhabitants: (number * 7919) % 100003 };
    return [`city-${String(number).padStart(4, '0')}`, value, versions[index] ?? 0];
  });
}

test('every fixture has its expectation', (t) => {
  t.deepEqual(Object.keys(EXPECTED).sort(), fixtureNames());
});

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`${name}: everything whole is saved, everything lost is named`, async (t) => {
    const disk = fixtureDisk(name);
    const before = disk.stateHash();
    const found = await salvaged(disk, false);
    if (typeof found === 'string' || typeof expected === 'string') {
      t.is(found as unknown, expected);
      t.is(disk.stateHash(), before);
      return;
    }
    const { report, entries } = found;
    t.deepEqual(entries, [...citiesOf(expected), ...(expected.others ?? [])]);
    t.is(report.keys, entries.length);
    t.deepEqual(
      report.missing.map(({ first, last }) => [first, last]),
      expected.missing ?? [],
    );
    t.is(report.recordsAfterGap, expected.behind ?? 0);
    t.deepEqual(
      report.losses.map(({ file, offset }) => `${file}:${offset}`),
      expected.losses ?? [],
    );
    t.deepEqual(report.lastCommit, name === 'v1-clean' ? { offsets: {} } : undefined);
    for (const [file, bytes] of disk.snapshotFiles()) {
      if (!file.startsWith('/store/')) continue;
      t.deepEqual(bytes, fixtureDisk(name).readFileRaw(file), `${file} is unchanged`);
    }
  });

  test(`${name}: strict gives what came before the first loss, as an open would`, async (t) => {
    const found = await salvaged(fixtureDisk(name), true);
    if (typeof expected === 'string' || expected.strict === 'CORRUPT') {
      t.is(found as unknown, typeof expected === 'string' ? expected : expected.strict);
      return;
    }
    const { entries } = found as Outcome;
    const all = [...citiesOf(expected), ...(expected.others ?? [])];
    t.deepEqual(entries, expected.strict === undefined ? all : all.slice(0, expected.strict));
    const opened = JSON.parse(readExpected(name, 'expected.json'));
    if (opened.entries === undefined) return;
    const hex = entries.map(([key, value]) => [keyHex(key), valueHex(value)] as const);
    t.deepEqual(digestOf(new Map(hex)), opened.entries);
  });
}
