// Readers of a store directory: beside each other, never beside an owner, and without a trace.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { acquireDirectoryLock, type DirectoryLock } from '../../src/io/directory-lock.js';
import { loadNativeLibrary } from '../../src/io/native-library.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { observeDirectoryLock } from '../../src/io/observe-directory-lock.js';
import { ask, askToAcquire, kill, startChild } from '../support/lock-children.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { TestDisk } from '../support/test-disk.js';

const fileSystem = new NodeFileSystem();
const testNative = loadNativeLibrary() === undefined ? test.serial.skip : test.serial;
const MODES: readonly boolean[] = [true, false];
const PAIRS = MODES.flatMap((first) => MODES.map((second) => [first, second] as const));
const LOCKED = { code: 'STORE_LOCKED' };

function acquire(directory: string, native: boolean): DirectoryLock {
  return acquireDirectoryLock({ fileSystem, directory, native });
}

function observe(directory: string, native: boolean): DirectoryLock {
  return observeDirectoryLock({ fileSystem, directory, native });
}

test('a reader is refused while an owner lives, and the owner is named', (t) => {
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const lock = acquire(directory, first);
    const error = t.throws(() => observe(directory, second), LOCKED);
    t.like(error, { file: join(directory, 'LOCK'), found: process.pid });
    lock.release();
    observe(directory, second).release();
  }
});

test('without a LOCK file there is nothing to hold, and none is made', (t) => {
  for (const native of MODES) {
    const directory = temporaryDirectory(t);
    const reader = observe(directory, native);
    reader.release();
    reader.release();
    t.deepEqual(readdirSync(directory), []);
  }
});

test('a reader changes no byte of LOCK', (t) => {
  for (const native of MODES) {
    const directory = temporaryDirectory(t);
    acquire(directory, native).release();
    const before = readFileSync(join(directory, 'LOCK'));
    observe(directory, native).release();
    t.deepEqual(readFileSync(join(directory, 'LOCK')), before);
    t.deepEqual(readdirSync(directory), ['LOCK']);
  }
});

testNative('many read at once, and an owner waits for the last of them', (t) => {
  const directory = temporaryDirectory(t);
  acquire(directory, true).release();
  const first = observe(directory, true);
  const second = observe(directory, true);
  const refused = { ...LOCKED, message: /readers have it open/ };
  t.throws(() => acquire(directory, true), refused);
  first.release();
  first.release();
  t.throws(() => acquire(directory, true), refused);
  second.release();
  acquire(directory, true).release();
});

testNative('a refused reader holds nothing', (t) => {
  const directory = temporaryDirectory(t);
  const lock = acquire(directory, false);
  t.throws(() => observe(directory, true), { ...LOCKED, message: /process \d+ since/ });
  lock.release();
  acquire(directory, true).release();
});

testNative('an owner that gave no name yet is not taken for a reader', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'LOCK');
  writeFileSync(path, '');
  const native = loadNativeLibrary();
  const descriptor = native?.open(path) ?? -1;
  t.is(native?.lockExclusive(descriptor), 0);
  t.throws(() => observe(directory, true), { ...LOCKED, message: /gave no name/ });
  native?.close(descriptor);
  observe(directory, true).release();
});

test.serial('an owner in another process is seen until it releases or is killed', async (t) => {
  for (const [first, second] of PAIRS) {
    const directory = temporaryDirectory(t);
    const child = await startChild(t);
    t.is(await askToAcquire(child, directory, first), 'won');
    t.like(
      t.throws(() => observe(directory, second), LOCKED),
      { found: child.pid },
    );
    await ask(child, { command: 'release' });
    observe(directory, second).release();
    t.is(await askToAcquire(child, directory, first), 'won');
    await kill(child);
    observe(directory, second).release();
  }
});

testNative('an owner in another process is refused while somebody reads', async (t) => {
  const directory = temporaryDirectory(t);
  const child = await startChild(t);
  acquire(directory, true).release();
  const reader = observe(directory, true);
  t.is(await askToAcquire(child, directory, true), 'locked');
  reader.release();
  t.is(await askToAcquire(child, directory, true), 'won');
});

test('a torn or empty LOCK keeps no reader away', (t) => {
  for (const content of ['', 'lanedb lock 1\npid 12']) {
    for (const native of MODES) {
      const directory = temporaryDirectory(t);
      writeFileSync(join(directory, 'LOCK'), content);
      observe(directory, native).release();
      t.is(readFileSync(join(directory, 'LOCK'), 'latin1'), content);
    }
  }
});

test('a lock of a later release is refused, and nothing stays held', (t) => {
  for (const native of MODES) {
    const directory = temporaryDirectory(t);
    const path = join(directory, 'LOCK');
    writeFileSync(path, 'lanedb lock 2\n'.padEnd(512));
    t.throws(() => observe(directory, native), { code: 'FORMAT_UNSUPPORTED' });
    writeFileSync(path, '');
    acquire(directory, native).release();
  }
});

test('the judgement over the owner can be given, on any file system', (t) => {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectory('/store');
  const options = { fileSystem: disk, directory: '/store', native: false };
  acquireDirectoryLock(options);
  t.throws(() => observeDirectoryLock({ ...options, isAlive: () => true }), LOCKED);
  observeDirectoryLock({ ...options, isAlive: () => false }).release();
});
