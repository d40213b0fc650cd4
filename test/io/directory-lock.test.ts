// One owner of a store directory, whatever threads and processes do, with flock, without, mixed.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import type { LockOwner } from '../../src/format/lock-owner.js';
import { acquireDirectoryLock, type DirectoryLock } from '../../src/io/directory-lock.js';
import { createLock, readLock } from '../../src/io/lock-file.js';
import { loadNativeLibrary } from '../../src/io/native-library.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { ownIdentity } from '../../src/io/process-identity.js';
import { ask, askToAcquire, kill, startChild } from '../support/lock-children.js';
import { canMountTmpfs, smallTmpfs, temporaryDirectory } from '../support/temporary-directory.js';

const fileSystem = new NodeFileSystem();
const hasNative = loadNativeLibrary() !== undefined;
const testNative = hasNative ? test.serial : test.serial.skip;
const testMount = canMountTmpfs() ? test.serial : test.serial.skip;
// Without the library both are the same, and the tests say less but still hold.
const MODES: readonly boolean[] = [true, false];
const PAIRS = MODES.flatMap((first) => MODES.map((second) => [first, second] as const));
const LOCKED = { code: 'STORE_LOCKED' };

function acquire(directory: string, native: boolean): DirectoryLock {
  return acquireDirectoryLock({ fileSystem, directory, native });
}

function owner(changes: Partial<LockOwner>): LockOwner {
  const since = '2026-01-02T03:04:05.678Z';
  return { ...ownIdentity(), since, nonce: '0123456789abcdef', state: 'held', ...changes };
}

test('a second open by the same process is refused and names it', (t) => {
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const lock = acquire(directory, first);
    const error = t.throws(() => acquire(directory, second), LOCKED);
    t.like(error, { file: join(directory, 'LOCK'), found: process.pid });
    t.regex(error.message, new RegExp(`process ${process.pid} since 20..-..-..T`));
    lock.release();
    acquire(directory, second).release();
  }
});

test('a person can read who holds the lock, and the directory holds nothing else', (t) => {
  const directory = temporaryDirectory(t);
  const lock = acquire(directory, true);
  const text = readFileSync(join(directory, 'LOCK'), 'latin1');
  t.regex(text, new RegExp(`^lanedb lock 1\npid ${process.pid}\nstart .*\nboot .*\nsince 20`));
  t.regex(text, /\nstate held\n/);
  lock.release();
  t.regex(readFileSync(join(directory, 'LOCK'), 'latin1'), /\nstate released\n/);
  t.deepEqual(readdirSync(directory), ['LOCK']);
});

test('LOCK stays one and the same file', (t) => {
  const directory = temporaryDirectory(t);
  acquire(directory, true).release();
  const { ino } = statSync(join(directory, 'LOCK'));
  for (const native of [false, true, false]) acquire(directory, native).release();
  t.is(statSync(join(directory, 'LOCK')).ino, ino);
});

test('releasing twice does nothing, and never touches the lock of a successor', (t) => {
  const directory = temporaryDirectory(t);
  const first = acquire(directory, false);
  // Takes the first owner for dead, as after a false judgement.
  const second = acquireDirectoryLock({
    fileSystem,
    directory,
    native: false,
    isAlive: () => false,
  });
  first.release();
  t.throws(() => acquire(directory, false), LOCKED);
  second.release();
  const third = acquire(directory, false);
  second.release();
  t.throws(() => acquire(directory, false), LOCKED);
  third.release();
});

test.serial('another process is refused until the owner releases', async (t) => {
  const child = await startChild(t);
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const lock = acquire(directory, first);
    t.is(await askToAcquire(child, directory, second), 'locked');
    lock.release();
    t.is(await askToAcquire(child, directory, second), 'won');
    const error = t.throws(() => acquire(directory, first), LOCKED);
    t.like(error, { found: child.pid });
    await ask(child, { command: 'release' });
    acquire(directory, first).release();
  }
});

test.serial('the lock of a killed owner is free at once', async (t) => {
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const child = await startChild(t);
    t.is(await askToAcquire(child, directory, first), 'won');
    t.throws(() => acquire(directory, second), LOCKED);
    await kill(child);
    acquire(directory, second).release();
    t.deepEqual(readdirSync(directory), ['LOCK']);
  }
});

test('an owner whose pid another process has now is dead, as is one of another boot', (t) => {
  const dead = [
    owner({ startTime: '1' }),
    owner({ pid: process.ppid, startTime: '1' }),
    owner({ bootId: 'another-boot' }),
  ];
  for (const last of process.platform === 'linux' ? dead : []) {
    for (const native of MODES) {
      const directory = temporaryDirectory(t);
      createLock(fileSystem, join(directory, 'LOCK'), last);
      acquire(directory, native).release();
    }
  }
  const directory = temporaryDirectory(t);
  createLock(fileSystem, join(directory, 'LOCK'), owner({}));
  t.throws(() => acquire(directory, true), LOCKED, 'the same identity is alive');
});

test('the identity and the judgement can be given', (t) => {
  const directory = temporaryDirectory(t);
  const identity = { pid: 99, startTime: '7', bootId: 'boot-1' };
  const lock = acquireDirectoryLock({ fileSystem, directory, native: false, identity });
  const asked: number[] = [];
  const isAlive = (found: { pid: number }): boolean => asked.push(found.pid) > 0;
  t.throws(() => acquireDirectoryLock({ fileSystem, directory, native: false, isAlive }), LOCKED);
  t.deepEqual(asked, [99]);
  lock.release();
});

test('a taker that died between its claim and the lock is succeeded', (t) => {
  for (const native of MODES) {
    const directory = temporaryDirectory(t);
    const last = owner({ bootId: 'another-boot' });
    const taker = owner({ bootId: 'another-boot', nonce: 'aaaaaaaaaaaaaaaa' });
    createLock(fileSystem, join(directory, 'LOCK'), last);
    createLock(fileSystem, join(directory, `LOCK.after-${last.nonce}`), taker);
    const lock = acquire(directory, native);
    t.deepEqual(readdirSync(directory), ['LOCK']);
    t.throws(() => acquire(directory, false), LOCKED);
    lock.release();
  }
});

test('a torn lock is taken over after a short wait', (t) => {
  for (const native of MODES) {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'LOCK'), 'lanedb lock 1\npid 12');
    acquire(directory, native).release();
    t.is(readLock(fileSystem, join(directory, 'LOCK'), 0).kind, 'owner');
  }
});

testNative('a lock held by flock alone is refused, though nobody gave a name', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'LOCK');
  writeFileSync(path, '');
  const native = loadNativeLibrary();
  const descriptor = native?.open(path) ?? -1;
  t.is(native?.lockExclusive(descriptor), 0);
  t.throws(() => acquire(directory, true), { ...LOCKED, message: /gave no name/ });
  native?.close(descriptor);
  acquire(directory, true).release();
});

testNative('a failed acquisition gives the flock back', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'LOCK');
  createLock(fileSystem, path, owner({}));
  t.throws(() => acquire(directory, true), LOCKED);
  const native = loadNativeLibrary();
  const descriptor = native?.open(path) ?? -1;
  t.is(native?.lockExclusive(descriptor), 0);
  native?.close(descriptor);
});

test.serial('a worker that ends does not end the lock it took', async (t) => {
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const child = await startChild(t);
    const command = { command: 'acquire-in-worker', directory, native: first } as const;
    t.is((await ask(child, command)).outcome, 'won');
    t.throws(() => acquire(directory, second), LOCKED);
    t.is(await askToAcquire(child, directory, second), 'locked', 'nor for its own process');
    await kill(child);
    acquire(directory, second).release();
  }
});

testNative('the flock of a worker that ended is held until its process ends', async (t) => {
  const directory = temporaryDirectory(t);
  const child = await startChild(t);
  const command = { command: 'acquire-in-worker', directory, native: true } as const;
  t.is((await ask(child, command)).outcome, 'won');
  const native = loadNativeLibrary();
  const descriptor = native?.open(join(directory, 'LOCK')) ?? -1;
  t.is(native?.lockShared(descriptor), constants.errno.EWOULDBLOCK);
  await kill(child);
  t.is(native?.lockExclusive(descriptor), 0);
  native?.close(descriptor);
});

test('a directory that does not exist is an IO_ERROR with its errno', (t) => {
  const directory = join(temporaryDirectory(t), 'missing');
  for (const native of MODES) {
    const error = t.throws(() => acquire(directory, native), { code: 'IO_ERROR' });
    t.like(error, { file: join(directory, 'LOCK'), cause: { code: 'ENOENT' } });
  }
});

testMount('a full disk is DISK_FULL, and the lock is free when there is room again', (t) => {
  for (const native of MODES) {
    const directory = smallTmpfs(t, 65536);
    const filler = fileSystem.create(join(directory, 'filler'));
    filler.allocate(65536);
    filler.close();
    const error = t.throws(() => acquire(directory, native), { code: 'DISK_FULL' });
    t.like(error, { offset: 0, cause: { code: 'ENOSPC', errno: -28 } });
    fileSystem.remove(filler.path);
    acquire(directory, native).release();
    t.deepEqual(readdirSync(directory), ['LOCK']);
  }
});
