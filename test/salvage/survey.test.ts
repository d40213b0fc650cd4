// A whole directory surveyed: records handed out newest first, what is proven, what is no store.

import test from 'ava';

import type { Survey } from '../../src/salvage/survey.js';
import { surveyStore } from '../../src/salvage/survey.js';
import { DIRECTORY, diskOf, diskWith } from '../support/built-log.js';
import { beginLog, putCities } from '../support/fixture-case.js';
import { fixtureDisk } from '../support/fixture-files.js';
import { LogBuilder } from '../support/log-builder.js';
import { rejectsWith } from '../support/stores.js';
import type { TestDisk } from '../support/test-disk.js';

const calm = async (): Promise<void> => undefined;

function survey(disk: TestDisk): Promise<Survey> {
  return surveyStore(disk, DIRECTORY, calm);
}

/** Sequences as they are handed out, and the era of those that state none. */
async function handedOut(found: Survey): Promise<[number, number][]> {
  const out: [number, number][] = [];
  await found.read((reader, _contents, era) => out.push([reader.era ?? era, reader.sequence]));
  return out;
}

test('records are handed out from the newest segment to the oldest', async (t) => {
  const log = new LogBuilder({ era: 1 });
  const sealed = log.segment({ generation: 3, isSealed: true });
  log.sealed(sealed, 0, 9, ['alpha', 1]);
  log.seal(sealed, 4);
  const first = log.segment({ generation: 4 });
  putCities(log, first, 1, 2);
  putCities(log, log.rotate(first, 5), 3, 1);
  log.openSuperblock([{ first: 3, live: 4 }]);
  const found = await survey(diskOf(log));
  t.deepEqual(await handedOut(found), [
    [1, 4],
    [1, 1],
    [1, 2],
    [1, 3],
    [0, 9],
    [1, 0],
  ]);
  t.deepEqual([found.losses, found.found.missing, found.unproven], [[], [], undefined]);
  t.is(found.eraMax, 1);
  t.is(found.bytes, 3 * 65536);
  t.deepEqual(
    found.files.map(({ role, records, firstSequence, lastSequence }) => [
      role,
      records,
      firstSequence,
      lastSequence,
    ]),
    [
      ['sealed', 1, 9, 9],
      ['live', 2, 2 ** 32 + 1, 2 ** 32 + 2],
      ['live', 1, 2 ** 32 + 4, 2 ** 32 + 4],
    ],
  );
});

test('what was left behind is not handed out, nor what belongs to others', async (t) => {
  const behind = await survey(fixtureDisk('v1-leftover-segment'));
  t.deepEqual(await handedOut(behind), [
    [0, 1],
    [0, 2],
  ]);
  t.deepEqual(
    behind.files.map(({ role, records }) => [role, records]),
    [
      ['left behind', 2],
      ['live', 2],
    ],
  );
  t.deepEqual(behind.losses, []);
  const foreign = await survey(fixtureDisk('v1-foreign-segment'));
  t.deepEqual(await handedOut(foreign), []);
  t.deepEqual(
    foreign.losses.map(({ reason }) => reason),
    ['the file belongs to another store'],
  );
  t.is(foreign.files[0]?.role, 'foreign');
});

test('a prefix is proven by the superblock and the whole sealed part', async (t) => {
  for (const [name, unproven] of [
    ['v1-torn-group', undefined],
    ['v1-damaged-below-watermark', undefined],
    ['v1-newest-slot-bad', undefined],
    ['v1-missing-segment', undefined],
    ['v1-sealed-prefix', undefined],
    ['v1-damaged-sealed', 'wal-l00-0000000002.log:4136'],
    ['v1-both-slots-bad', 'superblock:0'],
    ['v1-missing-superblock', 'superblock:0'],
  ] as const) {
    const { unproven: found } = await survey(fixtureDisk(name));
    t.is(found && `${found.file}:${found.offset}`, unproven, name);
  }
});

test('a sealed segment that is missing or has no end proves nothing, a second copy of it does', async (t) => {
  const log = new LogBuilder({ era: 1 });
  const sealed = log.segment({ generation: 3, isSealed: true });
  log.sealed(sealed, 0, 9, ['alpha', 1]);
  log.seal(sealed, 4);
  log.segment({ generation: 4 });
  log.openSuperblock([{ first: 3, live: 4 }]);
  const whole = sealed.bytes.slice();
  sealed.damage(1, 9);
  t.like((await survey(diskOf(log))).unproven, { file: sealed.name, offset: sealed.offsets[1] });
  log.files.set('wal-l00-0000000077.log', whole);
  t.is((await survey(diskOf(log))).unproven, undefined);
  log.files.delete('wal-l00-0000000077.log');
  log.files.delete(sealed.name);
  t.like((await survey(diskOf(log))).unproven, { file: sealed.name, offset: 0 });
});

test('what was never a store is none, and the records of a log are not keys', async (t) => {
  await rejectsWith(t, 'STORE_NOT_FOUND', survey(fixtureDisk('v1-unfinished-first-open')));
  const { log, first } = beginLog();
  first.append({ kind: 'entry', sequence: 1, durable: 0, value: 'aabb' });
  await rejectsWith(t, 'NOT_A_STORE', survey(diskOf(log)));
  await rejectsWith(t, 'STORE_NOT_FOUND', survey(diskWith(new Map())));
});

test('the pace may end the survey', async (t) => {
  const stop = surveyStore(fixtureDisk('v1-rotated'), DIRECTORY, () =>
    Promise.reject(new Error('enough')),
  );
  await t.throwsAsync(stop, { message: 'enough' });
});
