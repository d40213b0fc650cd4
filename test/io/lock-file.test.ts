// Reading and writing owner blocks: patience with a block being written, none with a later version.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import test from 'ava';

import { LOCK_OWNER_BYTES, type LockOwner } from '../../src/format/lock-owner.js';
import {
  createLock,
  overwriteLock,
  readLock,
  removeIfThere,
  writeLock,
} from '../../src/io/lock-file.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const fileSystem = new NodeFileSystem();
const OWNER: LockOwner = {
  pid: 4711,
  startTime: '5',
  bootId: 'boot-1',
  since: '2026-01-02T03:04:05.678Z',
  nonce: '0123456789abcdef',
  state: 'held',
};

test('a block is created once, read back and written over', (t) => {
  const path = join(temporaryDirectory(t), 'LOCK');
  createLock(fileSystem, path, OWNER);
  t.deepEqual(readLock(fileSystem, path, 0), { kind: 'owner', owner: OWNER });
  t.throws(() => createLock(fileSystem, path, OWNER), { message: /EEXIST/ });
  const released: LockOwner = { ...OWNER, state: 'released' };
  overwriteLock(fileSystem, path, released);
  t.deepEqual(readLock(fileSystem, path, 0), { kind: 'owner', owner: released });
});

test('an empty file is empty at once; a block cut or damaged is torn after the patience', (t) => {
  const path = join(temporaryDirectory(t), 'LOCK');
  writeFileSync(path, '');
  t.deepEqual(readLock(fileSystem, path, 10_000), { kind: 'empty' });
  for (const content of ['lanedb lock 1\npid 4', ' ', '\0'.repeat(LOCK_OWNER_BYTES)]) {
    writeFileSync(path, content);
    const start = performance.now();
    t.deepEqual(readLock(fileSystem, path, 50), { kind: 'torn' });
    t.true(performance.now() - start >= 40);
  }
});

test('a block that is completed meanwhile is read', async (t) => {
  const path = join(temporaryDirectory(t), 'LOCK');
  writeFileSync(path, 'lanedb lock 1\npid');
  const script = `
    const { workerData } = require('node:worker_threads');
    import(workerData.module).then(async ({ overwriteLock }) => {
      const { NodeFileSystem } = await import(workerData.fileSystem);
      overwriteLock(new NodeFileSystem(), workerData.path, workerData.owner);
    });`;
  const module = new URL('../../src/io/lock-file.js', import.meta.url).href;
  const workerData = {
    module,
    fileSystem: new URL('./node-file-system.js', module).href,
    path,
    owner: OWNER,
  };
  const worker = new Worker(script, { eval: true, workerData });
  t.deepEqual(readLock(fileSystem, path, 20_000), { kind: 'owner', owner: OWNER });
  await worker.terminate();
});

test('a block of a later version is refused, not taken for a torn one', (t) => {
  const path = join(temporaryDirectory(t), 'LOCK');
  writeFileSync(path, 'lanedb lock 2\nanything'.padEnd(LOCK_OWNER_BYTES));
  const error = t.throws(() => readLock(fileSystem, path, 0), { code: 'FORMAT_UNSUPPORTED' });
  t.like(error, { file: path, expected: 1, found: 2 });
});

test('a file is closed also when its block cannot be written', (t) => {
  const path = join(temporaryDirectory(t), 'LOCK');
  const file = fileSystem.create(path);
  t.throws(() => writeLock(file, { ...OWNER, pid: -1 }), { message: /invariant/ });
  t.throws(() => file.size(), { message: /closed file/ });
});

test('removing what is not there does nothing, other failures are errors', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'file');
  writeFileSync(path, '');
  removeIfThere(fileSystem, path);
  removeIfThere(fileSystem, path);
  t.false(fileSystem.list(directory).includes('file'));
  t.throws(() => removeIfThere(fileSystem, directory), { code: 'IO_ERROR' });
});
