// Frames through the cache and the files of a thread: the right one each time, bounded memory and
// descriptors, damage told once and again.

import test from 'ava';
import { ValuePacker } from '../../src/fold/pack-values.js';
import { valueFileName } from '../../src/format/file-name.js';
import { valuesAt } from '../../src/format/value-frame.js';
import type { ChangeList } from '../../src/tree/change-list.js';
import { FrameCache } from '../../src/value-log/frame-cache.js';
import { FrameChecksum } from '../../src/value-log/value-file.js';
import { ValueFiles } from '../../src/value-log/value-files.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import { changeList } from '../support/tree-fixture.js';

const storeId = new Uint8Array(16).fill(9);
const directory = '/store';

function packed(count: number, longest: number, fileBytes: number) {
  const disk = new TestDisk();
  disk.makeDirectory(directory);
  const packer = new ValuePacker(
    { fileSystem: disk, directory, storeId, inlineBytesMax: 0, fileBytes },
    { nextId: 1 },
  );
  const random = seededRandom(11);
  const values = Array.from({ length: count }, (_, index) =>
    `${index}:`.padEnd(2 + Math.floor(random() * longest), '.'),
  );
  const changes = changeList(
    new Map(values.map((value, index) => [`key${100_000 + index}`, { value, version: index + 1 }])),
  );
  for (let index = 0; index < changes.count; index++) packer.pack(changes, index, index + 1);
  packer.finish();
  const files = new ValueFiles(disk, directory, new FrameChecksum(storeId));
  return { disk, changes, values, files, packer };
}

function read(cache: FrameCache, changes: ChangeList, index: number): string {
  const { files, offsets, frameBytes, checksums } = changes;
  const at = cache.load(files[index]!, offsets[index]!, frameBytes[index]!, checksums[index]!);
  const first = valuesAt(cache.memory.view, at);
  return cache.memory.buffer.toString('latin1', first, at + frameBytes[index]!);
}

for (const cacheBytes of [0, 4096, 100_000, 1 << 24]) {
  test(`every value is read right with a cache of ${cacheBytes} bytes`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const { changes, values, files } = packed(600, 9000, 50_000);
    const cache = new FrameCache(files, cacheBytes);
    for (let step = 0; step < 3000; step++) {
      const index = Math.floor(random() * values.length);
      t.is(read(cache, changes, index), values[index]!);
    }
    t.true(files.openFiles <= 64);
    files.close();
    t.is(files.openFiles, 0);
  });
}

test('a thread keeps at most 64 files open', (t) => {
  const { changes, values, files } = packed(200, 3000, 1);
  const cache = new FrameCache(files, 0);
  for (const [index, value] of values.entries()) t.is(read(cache, changes, index), value);
  t.is(files.openFiles, 64);
  t.is(read(cache, changes, 0), values[0]!);
});

test('a damaged frame is told each time it is wanted, and hides no other', (t) => {
  const { disk, changes, values, files } = packed(50, 300, 1 << 20);
  const file = disk.openWrite(`/store/${valueFileName(1)}`);
  const byte = new Uint8Array(1);
  const at = changes.offsets[7]! * 8 + 60;
  file.read(byte, 0, 1, at);
  byte[0]! ^= 1;
  file.write(byte, 0, 1, at);
  const cache = new FrameCache(files, 1 << 20);
  for (let round = 0; round < 2; round++) {
    for (const [index, value] of values.entries()) {
      if (changes.offsets[index] !== changes.offsets[7]) t.is(read(cache, changes, index), value);
      else t.throws(() => read(cache, changes, index), { code: 'CORRUPT' });
    }
  }
});

test('a missing file is an error that names it', (t) => {
  const { disk, changes, files } = packed(5, 300, 1 << 20);
  disk.remove(`/store/${valueFileName(1)}`);
  const cache = new FrameCache(files, 1 << 20);
  const error = t.throws(() => read(cache, changes, 0), { code: 'IO_ERROR' });
  t.true((error as unknown as { file: string }).file.endsWith('value-l00-000001.log'));
});

test('a file that was given up is closed, and opened again if it is wanted', (t) => {
  const { changes, values, files } = packed(50, 300, 1000);
  const cache = new FrameCache(files, 0);
  for (const [index, value] of values.entries()) t.is(read(cache, changes, index), value);
  const open = files.openFiles;
  files.forget(changes.files[49]!);
  files.forget(changes.files[0]!);
  files.forget(999);
  t.is(files.openFiles, open - 2);
  t.is(read(cache, changes, 49), values[49]!);
});
