// Files that the disk gives only in part.

import test from 'ava';

import { readBytes } from '../../src/salvage/read-bytes.js';
import { TestDisk } from '../support/test-disk.js';

const BYTES = 10_000;

function diskWithFile(): TestDisk {
  const disk = new TestDisk();
  disk.writeFileRaw(
    '/file',
    Uint8Array.from({ length: BYTES }, (_, at) => (at % 255) + 1),
  );
  return disk;
}

function read(disk: TestDisk, length: number) {
  const target = new Uint8Array(16384).fill(7);
  const file = disk.openRead('/file');
  try {
    return { ...readBytes(file, target, length), target };
  } finally {
    file.close();
  }
}

test('a sound file is read in one call, up to its end or the length', (t) => {
  const disk = diskWithFile();
  const { length, refused, target } = read(disk, 12_000);
  t.deepEqual([length, refused], [BYTES, []]);
  t.deepEqual(target.slice(0, BYTES), disk.readFileRaw('/file'));
  t.is(read(disk, 5000).length, 5000);
  t.is(disk.log.filter(({ operation }) => operation === 'read').length, 2);
});

test('blocks that the disk refuses are zeros and are named, neighbours together', (t) => {
  const disk = diskWithFile();
  disk.failAt({ operation: 'read', nth: 1 });
  disk.failAt({ operation: 'read', nth: 2 });
  disk.failAt({ operation: 'read', nth: 3 });
  const { length, refused, target } = read(disk, BYTES);
  t.is(length, BYTES);
  t.deepEqual(refused, [{ offset: 0, bytes: 8192 }]);
  t.true(target.subarray(0, 8192).every((byte) => byte === 0));
  t.deepEqual(target.slice(8192, BYTES), disk.readFileRaw('/file').slice(8192));
});

test('a disk that only stumbled gives everything', (t) => {
  const disk = diskWithFile();
  disk.failAt({ operation: 'read', nth: 1 });
  const { length, refused, target } = read(disk, BYTES + 5000);
  t.deepEqual([length, refused], [BYTES, []]);
  t.deepEqual(target.slice(0, BYTES), disk.readFileRaw('/file'));
});

test('any other failure is thrown', (t) => {
  const disk = diskWithFile();
  disk.failAt({ operation: 'read', nth: 1, errno: 'EACCES' });
  t.throws(() => read(disk, BYTES), { code: 'IO_ERROR' });
});
