// Values packed into frames in key order: neighbours share one, every one is found again, files end
// where they should and are durable with their names.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import { ValuePacker } from '../../src/fold/pack-values.js';
import { parseValueFileName, valueFileName } from '../../src/format/file-name.js';
import { decodeColumns, valueEnd, valuesAt } from '../../src/format/value-frame.js';
import { FrameChecksum, ValueFileReader } from '../../src/value-log/value-file.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import { changeList } from '../support/tree-fixture.js';

const storeId = new Uint8Array(16).fill(9);
const memory = privateMemory(1 << 21);

function values(random: () => number, count: number, longest: number) {
  return new Map(
    Array.from({ length: count }, (_, index): [string, { value: string; version: number }] => [
      `key${100_000 + index}`,
      {
        value: String.fromCharCode(33 + Math.floor(random() * 90)).repeat(
          Math.floor(random() * longest),
        ),
        version: index + 7,
      },
    ]),
  );
}

test('every value above the limit stands in a frame, with its key and version', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const disk = new TestDisk();
  disk.makeDirectory('/store');
  const packer = new ValuePacker(
    { fileSystem: disk, directory: '/store', storeId, inlineBytesMax: 64, fileBytes: 100_000 },
    { nextId: 5 },
  );
  const given = values(random, 3000, 400);
  given.set('key999999', { value: 'long'.repeat(100_000), version: 3007 });
  const changes = changeList(given);
  packer.pack(changes, 0, 1000);
  packer.pack(changes, 1000, changes.count);
  packer.finish();
  t.true(packer.files.length > 3);
  t.deepEqual(
    packer.files.map(({ id }) => id),
    packer.files.map((_, index) => 5 + index),
  );
  t.is(packer.nextId, 5 + packer.files.length);
  for (const { id, bytes } of packer.files) {
    const file = disk.openRead(`/store/${valueFileName(id)}`);
    t.is(file.size(), bytes);
    file.close();
  }
  let shared = 0;
  for (const [index, [key, { value, version }]] of [...given].entries()) {
    if (value.length <= 64) {
      t.is(changes.files[index], 0);
      continue;
    }
    const place = {
      file: changes.files[index]!,
      offset: changes.offsets[index]!,
      bytes: changes.frameBytes[index]!,
      checksum: changes.checksums[index]!,
    };
    const record = changes.records[index]!;
    const file = disk.openRead(`/store/${valueFileName(place.file)}`);
    new ValueFileReader(file, new FrameChecksum(storeId)).read(place, memory, 0);
    file.close();
    const first = valuesAt(memory.view, 0);
    const start = record === 0 ? 0 : valueEnd(memory.view, 0, record - 1);
    const end = valueEnd(memory.view, 0, record);
    t.is(memory.buffer.toString('latin1', first + start, first + end), value);
    const stated = decodeColumns(memory.bytes, 0)![record]!;
    t.is(Buffer.from(stated.key).toString('latin1'), key);
    t.is(stated.version, version);
    t.true(place.bytes <= 4096 || record === 0);
    if (record > 0) shared++;
  }
  t.true(shared > 1500, `${shared} values share a frame with the one before`);
});

test('what was packed survives a cut of power, names too', (t) => {
  const disk = new TestDisk();
  disk.makeDirectory('/store');
  disk.syncDirectory('/');
  const options = {
    fileSystem: disk,
    directory: '/store',
    storeId,
    inlineBytesMax: 0,
    fileBytes: 20_000,
  };
  const packer = new ValuePacker(options, { nextId: 1 });
  const changes = changeList(values(seededRandom(3), 800, 200));
  packer.pack(changes, 0, changes.count);
  packer.finish();
  const after = disk.cut(1, 'lose-all-unsynced');
  for (const { id, bytes } of packer.files) {
    const file = after.openRead(`/store/${valueFileName(id)}`);
    t.is(file.size(), bytes);
    file.close();
  }
});

test('what is given up leaves no file', (t) => {
  const disk = new TestDisk();
  disk.makeDirectory('/store');
  const options = {
    fileSystem: disk,
    directory: '/store',
    storeId,
    inlineBytesMax: 0,
    fileBytes: 20_000,
  };
  const packer = new ValuePacker(options, { nextId: 1 });
  const changes = changeList(values(seededRandom(4), 800, 200));
  packer.pack(changes, 0, changes.count);
  packer.abandon();
  t.deepEqual(disk.list('/store'), []);
});

test('names of value files state their ids', (t) => {
  for (const id of [1, 999_999, 1_000_000, 8_388_607, 8_388_609, 63 * 8_388_608 + 1]) {
    t.is(parseValueFileName(valueFileName(id)), id);
  }
  t.is(valueFileName(1), 'value-l00-000001.log');
  t.is(valueFileName(8_388_609), 'value-l01-000001.log');
  for (const name of [
    'value-l00-000000.log',
    'value-l64-000001.log',
    'value-l00-8388608.log',
    'value-l00-0000001.log',
    'value-l00-1.log',
    'wal-l00-0000000001.log',
  ]) {
    t.is(parseValueFileName(name), 0);
  }
});

test('a file goes on behind its frames, over what a fold that was cut off left there', (t) => {
  const disk = new TestDisk();
  disk.makeDirectory('/store');
  const options = {
    fileSystem: disk,
    directory: '/store',
    storeId,
    inlineBytesMax: 0,
    fileBytes: 1 << 20,
  };
  const first = new ValuePacker(options, { nextId: 1 });
  first.pack(changeList(values(seededRandom(5), 100, 200)), 0, 100);
  first.finish();
  const [last] = first.files;
  const lost = new ValuePacker(options, { nextId: 2, last });
  lost.pack(changeList(values(seededRandom(6), 300, 200)), 0, 300);
  lost.finish();
  lost.abandon();
  t.deepEqual(disk.list('/store'), ['value-l00-000001.log']);
  const packer = new ValuePacker(options, { nextId: 2, last });
  const changes = changeList(values(seededRandom(7), 100, 200));
  packer.pack(changes, 0, 100);
  packer.finish();
  t.is(packer.files[0]!.id, 1);
  t.true(packer.files[0]!.bytes > last!.bytes);
  const file = disk.openRead('/store/value-l00-000001.log');
  const reader = new ValueFileReader(file, new FrameChecksum(storeId));
  for (let index = 0; index < changes.count; index++) {
    const place = {
      file: changes.files[index]!,
      offset: changes.offsets[index]!,
      bytes: changes.frameBytes[index]!,
      checksum: changes.checksums[index]!,
    };
    if (place.file !== 0) t.notThrows(() => reader.read(place, memory, 0));
  }
  const full = new ValuePacker({ ...options, fileBytes: 1000 }, { nextId: 2, last });
  full.pack(changes, 0, 100);
  t.is(full.files[0]!.id, 2);
});
