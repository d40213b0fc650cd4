// verify: recovery as a report, also of a store that changes while it is read.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { judge } from '../../src/cli/verify.js';
import { acquireDirectoryLock } from '../../src/io/directory-lock.js';
import { beginLog, putCities } from '../support/fixture-case.js';
import { fixtureDisk } from '../support/fixture-files.js';
import { startLiveStore } from '../support/live-store.js';
import { openRealLog } from '../support/logs.js';
import { run } from '../support/run-command.js';
import { storeDisk } from '../support/segment-facts.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { TestDisk } from '../support/test-disk.js';

const quiet = (): void => undefined;

/** A store with a durable record in its middle that `damaged` says which, locked by this process. */
function lockedDamage(): { disk: TestDisk; damage: (record: number) => void } {
  const { log, first } = beginLog();
  putCities(log, first, 1, 6);
  log.sync();
  putCities(log, first, 7, 2);
  log.openSuperblock([{ first: 1 }]);
  const disk = storeDisk(log.files);
  acquireDirectoryLock({ fileSystem: disk, directory: '/store', native: false });
  const damage = (record: number): void => {
    const bytes = first.bytes.slice();
    bytes[first.offsets[record]! + 30]! ^= 1;
    disk.writeFileRaw(`/store/${first.name}`, bytes);
  };
  return { disk, damage };
}

test('the exit code tells what recovery found', async (t) => {
  for (const [name, code, text] of [
    ['v1-clean', 0, /outcome: clean/],
    ['v1-torn', 0, /outcome: unclean/],
    ['v1-newest-slot-bad', 0, /superblock slot 1 is not valid \(checksum\)/],
    ['v1-damaged-below-watermark', 1, /problem: CORRUPT .*wal-l00-0000000001\.log:4224\)/],
    ['v1-newer-segment', 4, /problem: FORMAT_UNSUPPORTED/],
  ] as const) {
    const directory = mkdtempSync(join(tmpdir(), 'lanedb-verify-'));
    fixtureDisk(name).toDirectory(directory);
    const before = readdirSync(directory).map((file) => readFileSync(join(directory, file)));
    const ended = await run('verify', directory);
    t.is(ended.code, code, name);
    t.regex(ended.stdout, text);
    t.is(ended.stderr, '');
    const after = readdirSync(directory).map((file) => readFileSync(join(directory, file)));
    t.deepEqual(after, before, 'and nothing was changed');
    rmSync(directory, { recursive: true });
  }
});

test('errors before a report are one line and their exit code', async (t) => {
  for (const [name, code, text] of [
    ['v1-both-slots-bad', 1, /^lanedb: CORRUPT .*superblock:0\)\n$/],
    ['v1-missing-superblock', 1, /^lanedb: CORRUPT the superblock is missing.*\n$/],
    ['v1-newer-version', 4, /^lanedb: FORMAT_UNSUPPORTED .*superblock:0\)\n$/],
    ['v1-unfinished-first-open', 4, /^lanedb: STORE_NOT_FOUND .*\n$/],
  ] as const) {
    const directory = mkdtempSync(join(tmpdir(), 'lanedb-verify-'));
    fixtureDisk(name).toDirectory(directory);
    const ended = await run('verify', directory);
    t.is(ended.code, code, name);
    t.regex(ended.stderr, text);
    t.is(ended.stdout, '');
    rmSync(directory, { recursive: true });
  }
});

test('JSON is the whole report in one object', async (t) => {
  const directory = temporaryDirectory(t);
  fixtureDisk('v1-two-lanes-torn').toDirectory(directory);
  const { stdout } = await run('verify', '--json', directory);
  t.is(stdout.split('\n').length, 2);
  const report = JSON.parse(stdout);
  t.like(report, { outcome: 'unclean', lastSequence: 5, droppedRecords: 2, isInUse: false });
  t.is(report.segments.length, 2);
});

test('a path without a store is refused', async (t) => {
  const disk = new TestDisk({ seed: 1 });
  disk.writeFileRaw('/file', new Uint8Array(1));
  disk.writeFileRaw('/foreign/notes.txt', new Uint8Array(1));
  disk.makeDirectoryRaw('/empty');
  await t.throwsAsync(judge(disk, '/file', quiet), { code: 'NOT_A_STORE' });
  await t.throwsAsync(judge(disk, '/foreign', quiet), { code: 'NOT_A_STORE' });
  await t.throwsAsync(judge(disk, '/empty', quiet), { code: 'STORE_NOT_FOUND' });
  await t.throwsAsync(judge(disk, '/missing', quiet), { code: 'STORE_NOT_FOUND' });
});

test('a store in use is reported as it stands', async (t) => {
  const directory = join(temporaryDirectory(t), 'store');
  const child = await startLiveStore(directory);
  t.teardown(() => child.kill('SIGKILL'));
  const ended = await run('verify', directory);
  t.is(ended.code, 0);
  t.regex(ended.stdout, /in use: what follows held at the moment of reading/);
  t.regex(ended.stdout, /outcome: unclean/);
});

test('in a store in use, damage that stays in its place is damage', async (t) => {
  const { disk, damage } = lockedDamage();
  damage(2);
  const verdict = await judge(disk, '/store', quiet);
  t.like(verdict, { isInUse: true, isMoving: false });
  t.is(verdict.report.outcome, 'corrupt');
});

test('in a store in use, what looks like damage and moves on is being written', async (t) => {
  const { disk, damage } = lockedDamage();
  let readings = 0;
  const moving = beforeEachReading(disk, () => damage(readings++ % 5));
  const verdict = await judge(moving, '/store', quiet);
  t.like(verdict, { isInUse: true, isMoving: true });
  t.true(readings >= 5, 'it was read again');
});

test('in a store in use, damage that has gone when read again was none', async (t) => {
  const { disk, damage } = lockedDamage();
  let readings = 0;
  const healing = beforeEachReading(disk, () => damage(readings++ === 0 ? 2 : 7));
  const verdict = await judge(healing, '/store', quiet);
  t.like(verdict, { isInUse: true, isMoving: false });
  t.is(verdict.report.outcome, 'unclean');
  t.is(readings, 2);
});

/** The disk, on which something happens whenever its superblock is about to be read. */
function beforeEachReading(disk: TestDisk, happen: () => void): TestDisk {
  return new Proxy(disk, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'openRead') return typeof value === 'function' ? value.bind(target) : value;
      return (path: string) => {
        if (path.endsWith('superblock')) happen();
        return target.openRead(path);
      };
    },
  });
}

test('a log is verified as one: positions, full sequences, and its damage', async (t) => {
  const log = await openRealLog(t, { startSequence: 2 ** 32 + 5 });
  log.append('a');
  log.appendEpochBarrier();
  await log.close();
  const fine = await run('verify', log.path);
  t.is(fine.code, 0);
  t.regex(fine.stdout, /^log [0-9a-f]{32}$/m);
  t.regex(fine.stdout, /^positions from 0 to 64, sequences from 4294967301 to 4294967302$/m);
  const dump = await run('dump', log.path);
  t.regex(dump.stdout, /begins at position 0/);
  rmSync(log.segmentPaths[0]!);
  const damaged = await run('verify', log.path);
  t.is(damaged.code, 1);
  t.regex(damaged.stdout, /CORRUPT the segment wal-l00-0000000001\.log is missing/);
});
