// What a power cut may do to the content of files on the test disk, written or mapped.

import test from 'ava';
import {
  cuts,
  durableFile,
  filled,
  mappedFile,
  newDisk,
  readAll,
  write,
} from './test-disk-helpers.js';

test('data is lost, torn at sectors or kept until the file is synced', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(2048, 1));
  write(file, filled(2048, 2));
  const seen = new Set(
    cuts(disk).map((after) => {
      const bytes = readAll(after, '/store/a')!;
      const sectors = [0, 512, 1024, 1536].map((start) => bytes.subarray(start, start + 512));
      for (const sector of sectors) t.true(sector.every((byte) => byte === sector[0]));
      return sectors.map((sector) => sector[0]).join('');
    }),
  );
  t.is(seen.size, 16);
  file.sync();
  for (const after of cuts(disk)) t.deepEqual(readAll(after, '/store/a'), filled(2048, 2));
});

test('of several unsynced writes to one sector any may be the one on the disk', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(512, 0));
  for (const value of [1, 2, 3]) write(file, filled(512, value));
  const seen = new Set(cuts(disk).map((after) => readAll(after, '/store/a')![0]));
  t.deepEqual([...seen].sort(), [0, 1, 2, 3]);
});

test('a file that was never synced may have any length it had, with zeros or garbage', (t) => {
  const disk = newDisk();
  const file = disk.create('/store/a');
  disk.syncDirectory('/store');
  write(file, filled(512, 1));
  write(file, filled(512, 1), 512);
  const lengths = new Set<number>();
  const contents = new Set<string>();
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/a')!;
    lengths.add(bytes.length);
    if (bytes.length === 0) continue;
    const same = bytes.subarray(0, 512).every((byte) => byte === bytes[0]);
    contents.add(same ? String(bytes[0]) : 'garbage');
  }
  t.deepEqual([...lengths].sort(), [0, 1024, 512]);
  t.deepEqual([...contents].sort(), ['0', '1', 'garbage']);
});

test('reserved blocks hold zeros or what was written, never garbage', (t) => {
  const disk = newDisk();
  const file = disk.create('/store/a');
  disk.syncDirectory('/store');
  file.allocate(4096);
  write(file, filled(512, 1), 1024);
  const lengths = new Set<number>();
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/a')!;
    lengths.add(bytes.length);
    t.true(bytes.every((byte, at) => byte === 0 || (byte === 1 && at >= 1024 && at < 1536)));
  }
  t.deepEqual([...lengths].sort(), [0, 4096]);
});

test('any subset of the sectors changed through a mapping may be on the disk before a sync', (t) => {
  const disk = newDisk();
  const { file, region } = mappedFile(disk, 4096);
  region.bytes.fill(7, 0, 1536);
  const seen = new Set<string>();
  let finer = 0;
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/a')!;
    const sectors = [0, 512, 1024].map((start) => bytes.subarray(start, start + 512));
    seen.add(sectors.map((sector) => (sector.every((byte) => byte === 7) ? 1 : 0)).join(''));
    if (sectors.some((sector) => sector.includes(0) && sector.includes(7))) finer++;
    t.true(bytes.subarray(1536).every((byte) => byte === 0));
  }
  t.is(seen.size, 8);
  t.true(finer > 0);
  file.sync();
  region.bytes.fill(8, 0, 512);
  disk.persistRandomSectors();
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/a')!;
    t.true(bytes.subarray(0, 512).every((byte) => byte === 7 || byte === 8));
    t.deepEqual(bytes.subarray(512, 1536), filled(1024, 7));
  }
});

test('content between two stores through a mapping may be the one on the disk', (t) => {
  const disk = newDisk();
  const { region } = mappedFile(disk, 512);
  for (const value of [1, 2, 3]) {
    region.words.fill(value);
    for (let again = 0; again < 8; again++) disk.persistRandomSectors();
  }
  const seen = new Set<number>();
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/a')!;
    const words = new Int32Array(bytes.buffer, 0, 128);
    if (words.every((word) => word === words[0])) seen.add(words[0]!);
  }
  t.deepEqual([...seen].sort(), [0, 1, 2, 3]);
});

test('reads, writes and a mapping of one file see each other', (t) => {
  const disk = newDisk();
  const { file, region } = mappedFile(disk, 1024);
  region.bytes[5] = 9;
  write(file, filled(2, 4), 6);
  const target = new Uint8Array(4);
  t.is(disk.openRead('/store/a').read(target, 0, 4, 4), 4);
  t.deepEqual([...target], [0, 9, 4, 4]);
  t.is(region.bytes[7], 4);
  t.is(disk.attachRegion(region.addressLow, region.addressHigh, 1024), region);
});

test('an unmapped region is poisoned, its content stays and late stores are found', (t) => {
  const disk = newDisk();
  const { file, region } = mappedFile(disk, 1024);
  region.words[0] = 77;
  t.throws(() => disk.truncateRaw('/store/a', 512), { message: /is mapped/ });
  disk.unmapRegion(region);
  t.is(region.bytes[0], 0xdb);
  t.is(disk.readFileRaw('/store/a')[0], 77);
  disk.assertNoLateStores();
  region.words[1] = 1;
  t.throws(() => disk.assertNoLateStores(), { message: /stored at 4 of \/store\/a/ });
  t.throws(() => disk.unmapRegion(region), { message: 'unmapped twice' });
  file.sync();
  t.is(disk.cut(1).readFileRaw('/store/a')[0], 77);
});

test('a sync in the background covers what was written before it began, once it has ended', async (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(512, 1));
  write(file, filled(512, 2));
  const ended = file.syncInBackground();
  write(file, filled(512, 3));
  t.is(disk.cut(1, 'lose-all-unsynced').readFileRaw('/store/a')[0], 1);
  await ended;
  t.is(disk.cut(1, 'lose-all-unsynced').readFileRaw('/store/a')[0], 2);
  t.is(disk.cut(1, 'keep-all').readFileRaw('/store/a')[0], 3);
  disk.failAt({ operation: 'sync', nth: 1, errno: 'ENOSPC' });
  await t.throwsAsync(file.syncInBackground(), { code: 'DISK_FULL' });
});

test('a file that was shortened may have its old length and bytes until it is synced', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(2048, 1));
  file.truncate(1000);
  t.deepEqual(readAll(disk, '/store/a'), filled(1000, 1));
  const lengths = new Set(cuts(disk).map((after) => readAll(after, '/store/a')!.length));
  t.deepEqual([...lengths].sort(), [1000, 2048]);
  file.sync();
  for (const after of cuts(disk)) t.deepEqual(readAll(after, '/store/a'), filled(1000, 1));
});

test('what lay behind the end of a shortened file is zeros when it grows again', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(2048, 1));
  file.truncate(700);
  file.write(filled(10, 2), 0, 10, 1500);
  const bytes = readAll(disk, '/store/a')!;
  t.is(bytes.length, 1510);
  t.true(bytes.subarray(700, 1500).every((byte) => byte === 0));
  file.truncate(5000);
  t.is(file.size(), 1510);
  file.sync();
  for (const after of cuts(disk)) t.deepEqual(readAll(after, '/store/a'), bytes);
});
