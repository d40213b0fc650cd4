// The new store of a salvage: whole and durable or no store, whatever fails, whenever the power goes.

import test from 'ava';

import { isLaneError } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import { salvageIn } from '../../src/store/salvage.js';
import { judgeTarget } from '../../src/store/salvage-target.js';
import { fixtureDisk } from '../support/fixture-files.js';
import type { Operation, TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const NAME = 'v1-damaged-below-watermark';
const KEYS = 6;
const CALLS_MAX = 400;

function environmentOf(disk: TestDisk): TestEnvironment {
  return new TestEnvironment(disk, { seed: 5, lock: 'file' });
}

/** Keys in the target, or why it is no store. */
async function targetOf(disk: TestDisk): Promise<number | string> {
  try {
    const options = { createIfMissing: false, readOnly: true };
    const store = await openIn(environmentOf(disk), '/target', options);
    const count = store.count();
    await store.close();
    return count;
  } catch (error) {
    if (isLaneError(error)) return error.code;
    throw error;
  }
}

test('a path that is there must be an empty directory, locks of the past apart', (t) => {
  const disk = fixtureDisk(NAME);
  t.notThrows(() => judgeTarget(disk, '/new'));
  disk.makeDirectory('/empty');
  t.notThrows(() => judgeTarget(disk, '/empty'));
  disk.writeFileRaw('/empty/LOCK', new Uint8Array(512));
  disk.writeFileRaw('/empty/LOCK.abc.tmp', new Uint8Array(512));
  t.notThrows(() => judgeTarget(disk, '/empty'));
  disk.writeFileRaw('/empty/notes', new Uint8Array(1));
  for (const target of ['/empty', '/store', '/store/superblock']) {
    t.throws(() => judgeTarget(disk, target), { code: 'TARGET_EXISTS' });
  }
  t.throws(() => judgeTarget(disk, '/none/new'), { code: 'IO_ERROR' });
});

test('whichever call fails, the error is typed, the target no store, and a second try works', async (t) => {
  const met = new Set<Operation>();
  for (let nth = 1; ; nth++) {
    if (nth > CALLS_MAX) throw new Error('a salvage without an end');
    const disk = fixtureDisk(NAME);
    const plan = disk.failAt({ operation: 'mutating', path: '/target', nth });
    const run = salvageIn(environmentOf(disk), '/store', '/target');
    if (plan.failed === 0 && (await settled(run)) === undefined) break;
    const error = await settled(run);
    t.true(isLaneError(error, 'IO_ERROR'), `call ${nth}: ${String(error)}`);
    const failed = disk.log.find(({ outcome }) => outcome === 'failed')!;
    met.add(failed.operation);
    const left = await targetOf(disk);
    t.is(typeof left, 'string', `call ${nth}, ${failed.operation} ${failed.path}: ${left} keys`);
    disk.clearFaults();
    await salvageIn(environmentOf(disk), '/store', '/target');
    t.is(await targetOf(disk), KEYS, `call ${nth}`);
  }
  for (const operation of ['create', 'write', 'sync', 'rename', 'syncDirectory'] as const) {
    t.true(met.has(operation), operation);
  }
});

test('whenever the power goes, the target is no store or all of it', async (t) => {
  const disk = fixtureDisk(NAME);
  const cuts: TestDisk[] = [];
  let seed = 1;
  disk.onOperation(() => {
    for (const policy of ['random', 'lose-all-unsynced', 'keep-all'] as const) {
      cuts.push(disk.cut(seed++, policy));
    }
  });
  await salvageIn(environmentOf(disk), '/store', '/target');
  disk.onOperation(undefined);
  const outcomes = new Map<number | string, number>();
  for (const cut of cuts) {
    const outcome = await targetOf(cut);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  t.deepEqual([...outcomes.keys()].sort(), [KEYS, 'CORRUPT', 'STORE_NOT_FOUND'].sort());
  t.log([...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
  for (let number = 0; number < 20; number++) {
    t.is(await targetOf(disk.cut(number, 'lose-all-unsynced')), KEYS);
  }
});

test('a disk without room gives DISK_FULL, and the room back', async (t) => {
  const disk = fixtureDisk(NAME);
  disk.capacityBytes = disk.usedBytes() + 300_000;
  const error = await settled(salvageIn(environmentOf(disk), '/store', '/target'));
  t.true(isLaneError(error, 'DISK_FULL'), String(error));
  t.deepEqual(disk.list('/target'), ['LOCK']);
});

test('an abort while the target is written leaves no store', async (t) => {
  const disk = fixtureDisk(NAME);
  const controller = new AbortController();
  const reason = new Error('enough');
  disk.onOperation(({ path, operation }) => {
    if (operation === 'sync' && path.includes('target')) controller.abort(reason);
  });
  const { signal } = controller;
  t.is(await settled(salvageIn(environmentOf(disk), '/store', '/target', { signal })), reason);
  t.deepEqual(disk.list('/target'), ['LOCK']);
});

async function settled(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
