// Files on the real disk: everything is read and written, or an error says where it was not.

import { closeSync, fstatSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { isLaneError } from '../../src/errors.js';
import { loadNativeLibrary, type NativeLibrary } from '../../src/io/native-library.js';
import { NodeFile } from '../../src/io/node-file.js';
import { canMountTmpfs, smallTmpfs, temporaryDirectory } from '../support/temporary-directory.js';

const native = loadNativeLibrary();
const testLinux = process.platform === 'linux' ? test : test.skip;
const testMount = canMountTmpfs() ? test : test.skip;
const LIBRARIES: readonly (NativeLibrary | undefined)[] = native
  ? [native, undefined]
  : [undefined];

function createFile(path: string, library?: NativeLibrary): NodeFile {
  return new NodeFile(path, openSync(path, 'wx+', 0o600), library);
}

/** A library whose fallocate returns the errno. */
function allocateFails(errno: number): NativeLibrary {
  return new Proxy({} as NativeLibrary, {
    get: (_, name) => (name === 'allocate' ? () => errno : undefined),
  });
}

test('bytes are written and read at their position, fewer only at the end', (t) => {
  const file = createFile(join(temporaryDirectory(t), 'file'));
  file.write(Buffer.from('--hello--'), 2, 5, 3);
  t.is(file.size(), 8);
  const target = new Uint8Array(10).fill(9);
  t.is(file.read(target, 1, 6, 2), 6);
  t.deepEqual([...target], [9, 0, 104, 101, 108, 108, 111, 9, 9, 9]);
  t.is(file.read(target, 0, 10, 6), 2);
  t.is(file.read(target, 0, 10, 8), 0);
  t.is(file.read(target, 0, 10, 100), 0);
  file.sync();
  file.close();
});

test('allocated space is zero, has its length and keeps what was there', (t) => {
  const directory = temporaryDirectory(t);
  LIBRARIES.forEach((library, index) => {
    const path = join(directory, `file-${index}`);
    const file = createFile(path, library);
    file.write(Buffer.from('kept'), 0, 4, 1000);
    file.allocate(100_001);
    t.is(file.size(), 100_001);
    if (process.platform === 'linux') t.true(statSync(path).blocks * 512 >= 100_001);
    file.allocate(50_000);
    t.is(file.size(), 100_001, 'a file never gets shorter');
    file.close();
    const content = readFileSync(path);
    t.is(content.subarray(1000, 1004).toString(), 'kept');
    t.true(content.every((byte, at) => byte === 0 || (at >= 1000 && at < 1004)));
  });
});

test('blocks that shall be written are written with zeros, whatever the system could reserve', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const file = createFile(path, allocateFails(28));
  file.write(Buffer.from('kept'), 0, 4, 0);
  file.allocate(10_000, true);
  t.is(file.size(), 10_000);
  const content = readFileSync(path);
  t.is(content.subarray(0, 4).toString(), 'kept');
  t.true(content.subarray(4).every((byte) => byte === 0));
  t.throws(() => file.allocate(20_000), { code: 'DISK_FULL' });
  file.close();
});

test('without room reserved by the system, zeros are written in pieces of 4096 bytes', (t) => {
  const directory = temporaryDirectory(t);
  for (const library of [undefined, allocateFails(95), allocateFails(38)]) {
    const path = join(directory, `file-${Math.random()}`);
    const file = createFile(path, library);
    const pieces: [number, number][] = [];
    const { write } = file;
    file.write = (source, start, bytes, position) => {
      pieces.push([position, bytes]);
      write.call(file, source, start, bytes, position);
    };
    file.write(new Uint8Array(10), 0, 10, 0);
    file.allocate(10_000);
    t.deepEqual(pieces.slice(1), [
      [10, 4086],
      [4096, 4096],
      [8192, 1808],
    ]);
    file.close();
  }
});

test('an allocation refused for want of room is DISK_FULL, for anything else IO_ERROR', (t) => {
  const file = createFile(join(temporaryDirectory(t), 'file'), allocateFails(28));
  t.throws(() => file.allocate(4096), {
    code: 'DISK_FULL',
    message: /allocate 4096 bytes.*ENOSPC/,
  });
  file.close();
  const other = createFile(join(temporaryDirectory(t), 'file'), allocateFails(5));
  t.throws(() => other.allocate(4096), { code: 'IO_ERROR', message: /EIO/ });
  other.close();
});

testLinux('a full device is DISK_FULL with path, offset and errno', (t) => {
  const file = new NodeFile('/dev/full', openSync('/dev/full', 'r+'), undefined);
  const error = t.throws(() => file.write(new Uint8Array(10), 0, 10, 7), { code: 'DISK_FULL' });
  t.like(error, { file: '/dev/full', offset: 7, cause: { code: 'ENOSPC', errno: -28 } });
  file.close();
});

testLinux('a sync reaches the system: what cannot be synced is an error', async (t) => {
  const file = new NodeFile('/dev/null', openSync('/dev/null', 'r+'), undefined);
  const expected = { file: '/dev/null', cause: { code: 'EINVAL', syscall: 'fdatasync' } };
  t.like(
    t.throws(() => file.sync(), { code: 'IO_ERROR' }),
    expected,
  );
  t.like(await t.throwsAsync(file.syncInBackground(), { code: 'IO_ERROR' }), expected);
  file.close();
});

testMount('a write that meets the end of the disk half-way is DISK_FULL', (t) => {
  const directory = smallTmpfs(t, 65536);
  const file = createFile(join(directory, 'file'));
  const error = t.throws(() => file.write(new Uint8Array(100_000), 0, 100_000, 0), {
    code: 'DISK_FULL',
  });
  if (!isLaneError(error)) return t.fail();
  t.true((error.offset ?? 0) > 0, 'the offset is where the room ended');
  file.close();
});

testMount('an allocation larger than the disk is DISK_FULL both ways', (t) => {
  for (const library of LIBRARIES) {
    const file = createFile(join(smallTmpfs(t, 65536), 'file'), library);
    t.throws(() => file.allocate(100_000), { code: 'DISK_FULL' });
    file.close();
  }
});

test('a failed call names the file and the offset', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, 'content');
  const file = new NodeFile(path, openSync(path, 'r'), undefined);
  const error = t.throws(() => file.write(new Uint8Array(4), 0, 4, 4096), { code: 'IO_ERROR' });
  t.like(error, { file: path, offset: 4096 });
  file.close();
  const closed = openSync(path, 'r');
  closeSync(closed);
  const gone = new NodeFile(path, closed, undefined);
  const calls = [
    () => gone.size(),
    () => gone.read(new Uint8Array(1), 0, 1, 0),
    () => gone.sync(),
    () => gone.close(),
  ];
  for (const call of calls) {
    t.like(t.throws(call, { code: 'IO_ERROR' }), { file: path, cause: { code: 'EBADF' } });
  }
});

// Serial: the number of a closed descriptor could be given to another test's file meanwhile.
test.serial('a sync in the background resolves, or rejects with the file', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const file = createFile(path);
  file.write(Buffer.from('x'), 0, 1, 0);
  await file.syncInBackground();
  file.close();
  const closed = openSync(path, 'r');
  closeSync(closed);
  const gone = new NodeFile(path, closed, undefined);
  const error = await t.throwsAsync(gone.syncInBackground(), { code: 'IO_ERROR' });
  t.like(error, { file: path, cause: { code: 'EBADF' } });
});

test.serial('a file closed during syncs keeps its descriptor until the last of them', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const file = createFile(path);
  const { descriptor } = file;
  const syncs = [file.syncInBackground(), file.syncInBackground(), file.syncInBackground()];
  file.close();
  t.notThrows(() => fstatSync(descriptor));
  await Promise.all(syncs);
  t.throws(() => fstatSync(descriptor), { code: 'EBADF' });
});

test('a closed file refuses every use, and closing again does nothing', (t) => {
  const file = createFile(join(temporaryDirectory(t), 'file'));
  file.close();
  file.close();
  const bytes = new Uint8Array(1);
  const calls = [
    () => file.size(),
    () => file.read(bytes, 0, 1, 0),
    () => file.write(bytes, 0, 1, 0),
    () => file.allocate(1),
    () => file.sync(),
  ];
  for (const call of calls) t.throws(call, { message: /closed file/ });
});

test('a file is shortened, and what lay behind is zeros when it grows again', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const file = createFile(path);
  file.write(Buffer.from('hello world'), 0, 11, 0);
  file.truncate(5);
  t.is(readFileSync(path, 'latin1'), 'hello');
  file.write(Buffer.from('!'), 0, 1, 8);
  t.is(readFileSync(path, 'latin1'), 'hello\0\0\0!');
  file.close();
  const reader = new NodeFile(path, openSync(path, 'r'), undefined);
  const error = t.throws(() => reader.truncate(1));
  t.true(isLaneError(error, 'IO_ERROR'));
  t.like(error, { file: path, offset: 1 });
  t.is(reader.size(), 9);
  reader.close();
});
