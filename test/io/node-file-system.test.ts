// Paths, directories and mappings of the real file system.

import { mkdirSync, readFileSync, statfsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import test from 'ava';

import type { MappedRegion, WritableFile } from '../../src/io/file-system.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { canMountTmpfs, smallTmpfs, temporaryDirectory } from '../support/temporary-directory.js';

const fileSystem = new NodeFileSystem();
const buffered = new NodeFileSystem({ native: false });
const isMappable = fileSystem.canMap('.');
const testMapped = isMappable ? test : test.skip;
const testLinux = process.platform === 'linux' ? test : test.skip;
const testPosix = process.platform === 'win32' ? test.skip : test;
const testMount = canMountTmpfs() && isMappable ? test : test.skip;

const REGION_BYTES = 1 << 20;
const MODULE = new URL('../../src/io/node-file-system.js', import.meta.url).href;

test('kinds of paths are told apart, and what is missing is none', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  t.is(fileSystem.kind(directory), 'directory');
  t.is(fileSystem.kind(join(directory, 'file')), 'file');
  t.is(fileSystem.kind(join(directory, 'none')), 'none');
  t.is(fileSystem.kind(join(directory, 'file', 'below')), 'none');
  if (process.platform !== 'win32') t.is(fileSystem.kind('/dev/null'), 'other');
});

testPosix('a symbolic link is what it points to, and a loop of them is an error', (t) => {
  const directory = temporaryDirectory(t);
  symlinkSync(directory, join(directory, 'link'));
  symlinkSync('loop', join(directory, 'loop'));
  t.is(fileSystem.kind(join(directory, 'link')), 'directory');
  t.throws(() => fileSystem.kind(join(directory, 'loop')), { code: 'IO_ERROR', message: /ELOOP/ });
});

test('names are listed in the order of their characters', (t) => {
  const directory = temporaryDirectory(t);
  for (const name of ['b', 'a10', 'a2', 'B', 'wal-l00-2.log']) {
    writeFileSync(join(directory, name), '');
  }
  t.deepEqual(fileSystem.list(directory), ['B', 'a10', 'a2', 'b', 'wal-l00-2.log']);
});

testPosix('files and directories made are for their owner alone', (t) => {
  const directory = join(temporaryDirectory(t), 'store');
  fileSystem.makeDirectory(directory);
  fileSystem.create(join(directory, 'file')).close();
  t.is(statSync(directory).mode & 0o777, 0o700);
  t.is(statSync(join(directory, 'file')).mode & 0o777, 0o600);
});

test('what exists is not created, linked or made again', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'file');
  fileSystem.create(path).close();
  const exists = { code: 'IO_ERROR', message: /EEXIST/ };
  t.like(
    t.throws(() => fileSystem.create(path), exists),
    { file: path },
  );
  t.throws(() => fileSystem.makeDirectory(directory), exists);
  fileSystem.link(path, join(directory, 'second'));
  t.throws(() => fileSystem.link(path, join(directory, 'second')), exists);
  fileSystem.rename(path, join(directory, 'second'));
  fileSystem.syncDirectory(directory);
});

test('renamed and removed files are gone from their old name', (t) => {
  const directory = temporaryDirectory(t);
  const from = fileSystem.join(directory, 'from');
  const to = fileSystem.join(directory, 'to');
  writeFileSync(from, 'content');
  fileSystem.rename(from, to);
  t.deepEqual(fileSystem.list(directory), ['to']);
  const file = fileSystem.openRead(to);
  t.is(file.size(), 7);
  file.close();
  fileSystem.remove(to);
  t.deepEqual(fileSystem.list(directory), []);
});

test('every call on what is missing is an IO_ERROR that names the path', (t) => {
  const path = join(temporaryDirectory(t), 'missing');
  const calls = [
    () => fileSystem.list(path),
    () => fileSystem.openRead(path),
    () => fileSystem.openWrite(path),
    () => fileSystem.create(join(path, 'file')),
    () => fileSystem.rename(path, `${path}-2`),
    () => fileSystem.link(path, `${path}-2`),
    () => fileSystem.remove(path),
    () => fileSystem.makeDirectory(join(path, 'below')),
  ];
  if (process.platform !== 'win32') calls.push(() => fileSystem.syncDirectory(path));
  if (isMappable) calls.push(() => fileSystem.canMap(path));
  for (const call of calls) {
    const error = t.throws(call, { code: 'IO_ERROR', message: /ENOENT/ });
    t.like(error, { cause: { code: 'ENOENT' } });
    t.true(String((error as { file?: string }).file).startsWith(path));
  }
});

testLinux(
  'a sync of a directory reaches the system: one that cannot be synced is an error',
  (t) => {
    t.notThrows(() => fileSystem.syncDirectory(temporaryDirectory(t)));
    const error = t.throws(() => fileSystem.syncDirectory('/proc'), { code: 'IO_ERROR' });
    t.like(error, { file: '/proc', cause: { code: 'EINVAL', syscall: 'fsync' } });
  },
);

test('a path that is none is a wrong argument, not an IO_ERROR', (t) => {
  t.throws(() => fileSystem.openRead('a\0b'), { instanceOf: TypeError });
});

test('only file systems that give errors instead of signals may be mapped', (t) => {
  t.false(buffered.canMap('.'));
  const isLinuxBuild = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (!isLinuxBuild || !isMappable) return;
  t.true([0xef53, 0x58465342, 0x01021994].includes(statfsSync('.').type));
  t.true(fileSystem.canMap('/dev/shm'));
  t.false(fileSystem.canMap('/proc'));
  t.false(fileSystem.canMap('/sys'));
});

test('without the native library mapping is an IO_ERROR and the rest works', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const file = buffered.create(path);
  file.allocate(8192);
  t.throws(() => buffered.mapRegion(file, 8192), { code: 'IO_ERROR' });
  t.throws(() => buffered.attachRegion(4096, 0, 8192), { code: 'IO_ERROR' });
  file.sync();
  file.close();
  t.is(statSync(path).size, 8192);
});

function withRegion(
  directory: string,
  use: (region: MappedRegion, file: WritableFile) => void,
): void {
  const file = fileSystem.create(join(directory, 'file'));
  file.allocate(REGION_BYTES);
  const region = fileSystem.mapRegion(file, REGION_BYTES);
  try {
    use(region, file);
  } finally {
    fileSystem.unmapRegion(region);
    file.close();
  }
}

testMapped('stores to a region and writes to its file are the same bytes', (t) => {
  withRegion(temporaryDirectory(t), (region, file) => {
    t.is(region.bytes.byteLength, REGION_BYTES);
    t.is(region.words.length, REGION_BYTES / 4);
    region.bytes.set(Buffer.from('stored'), 5000);
    region.words[REGION_BYTES / 4 - 1] = 0x01020304;
    file.sync();
    const target = new Uint8Array(6);
    t.is(file.read(target, 0, 6, 5000), 6);
    t.is(Buffer.from(target).toString(), 'stored');
    file.read(target, 0, 4, REGION_BYTES - 4);
    t.deepEqual([...target.subarray(0, 4)], [4, 3, 2, 1]);
    t.deepEqual([...readFileSync(file.path).subarray(5000, 5006)], [...Buffer.from('stored')]);
  });
});

testMapped('every page of a region is there from the start', (t) => {
  withRegion(temporaryDirectory(t), (region) => {
    const before = process.resourceUsage();
    for (let at = 0; at < REGION_BYTES; at += 4096) region.bytes[at] = 1;
    const after = process.resourceUsage();
    const faults = after.minorPageFault - before.minorPageFault;
    t.true(faults < REGION_BYTES / 4096 / 2, `${faults} page faults`);
    t.is(after.majorPageFault, before.majorPageFault);
  });
});

testMapped('another thread attaches to the same memory by its address', async (t) => {
  const directory = temporaryDirectory(t);
  const file = fileSystem.create(join(directory, 'file'));
  file.allocate(REGION_BYTES);
  const region = fileSystem.mapRegion(file, REGION_BYTES);
  const script = `
    const { workerData } = require('node:worker_threads');
    import(workerData.module).then(({ NodeFileSystem }) => {
      const { low, high, bytes } = workerData;
      const region = new NodeFileSystem().attachRegion(low, high, bytes);
      for (let i = 0; i < 1000; i++) Atomics.add(region.words, 3, 1);
    });`;
  // As words of an Int32Array: the upper half of the low word comes back negative.
  const [low, high] = new Int32Array([region.addressLow, region.addressHigh]);
  const workerData = { module: MODULE, low, high, bytes: REGION_BYTES };
  const workers = [1, 2].map(() => new Worker(script, { eval: true, workerData }));
  const exits = await Promise.all(
    workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
  );
  t.deepEqual(exits, [0, 0]);
  t.is(region.words[3], 2000);
  fileSystem.unmapRegion(region);
  file.close();
});

testMapped('a file shorter than the region is refused, for its end would be a signal', (t) => {
  const file = fileSystem.create(join(temporaryDirectory(t), 'file'));
  file.allocate(4096);
  const error = t.throws(() => fileSystem.mapRegion(file, 8192), { code: 'IO_ERROR' });
  t.like(error, { expected: 8192, found: 4096, file: file.path });
  file.close();
});

testMapped('a file opened for reading only is refused', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), new Uint8Array(4096));
  const file = fileSystem.openRead(join(directory, 'file')) as WritableFile;
  t.throws(() => fileSystem.mapRegion(file, 4096), { code: 'IO_ERROR', message: /EACCES/ });
  file.close();
});

testMount('a sparse file on a full disk is DISK_FULL when mapped, not a signal', (t) => {
  const directory = smallTmpfs(t, 65536);
  const file = fileSystem.create(join(directory, 'file'));
  file.write(new Uint8Array(1), 0, 1, REGION_BYTES - 1);
  const error = t.throws(() => fileSystem.mapRegion(file, REGION_BYTES), { code: 'DISK_FULL' });
  t.like(error, { file: file.path, cause: { code: 'EFAULT', syscall: 'madvise' } });
  file.close();
});

testMount('an allocated file takes its stores after the disk has filled', (t) => {
  const directory = smallTmpfs(t, 2 * REGION_BYTES);
  withRegion(directory, (region, file) => {
    const filler = fileSystem.create(join(directory, 'filler'));
    t.throws(() => filler.allocate(2 * REGION_BYTES), { code: 'DISK_FULL' });
    const piece = new Uint8Array(4096);
    t.throws(
      () => {
        for (let at = 0; at < 2 * REGION_BYTES; at += 4096) filler.write(piece, 0, 4096, at);
      },
      { code: 'DISK_FULL' },
    );
    filler.close();
    region.bytes.fill(7);
    file.sync();
    const target = new Uint8Array(REGION_BYTES);
    t.is(file.read(target, 0, REGION_BYTES, 0), REGION_BYTES);
    t.true(target.every((byte) => byte === 7));
  });
});

test('a directory below a file is not made', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  t.throws(() => fileSystem.makeDirectory(join(directory, 'file', 'store')), { code: 'IO_ERROR' });
  mkdirSync(join(directory, 'ok'));
  t.deepEqual(fileSystem.list(directory), ['file', 'ok']);
});
