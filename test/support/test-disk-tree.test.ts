// What a power cut may do to names on the test disk.

import test from 'ava';
import { TestDisk } from './test-disk.js';
import { cuts, durableFile, filled, newDisk, readAll, write } from './test-disk-helpers.js';

test('a created file may be lost, whatever was synced, until its directory is synced', (t) => {
  const disk = newDisk();
  const file = disk.create('/store/a');
  write(file, filled(600, 1));
  file.sync();
  const kinds = new Set(cuts(disk).map((after) => after.kind('/store/a')));
  t.deepEqual([...kinds].sort(), ['file', 'none']);
  disk.syncDirectory('/store');
  for (const after of cuts(disk)) t.deepEqual(readAll(after, '/store/a'), filled(600, 1));
});

test('a rename is atomic, and leaves an unsynced file empty under its new name in some cut', (t) => {
  const disk = newDisk();
  durableFile(disk, '/store/current', filled(512, 1));
  const file = disk.create('/store/new.tmp');
  disk.syncDirectory('/store');
  write(file, filled(512, 2));
  disk.rename('/store/new.tmp', '/store/current');
  const seen = new Set<string>();
  for (const after of cuts(disk)) {
    const bytes = readAll(after, '/store/current');
    if (bytes === undefined) return t.fail('neither the old nor the new file');
    const renamed = after.kind('/store/new.tmp') === 'none';
    t.is(renamed, bytes.length === 0 || bytes[0] !== 1);
    seen.add(renamed ? `new ${bytes.length}` : 'old');
  }
  t.deepEqual([...seen].sort(), ['new 0', 'new 512', 'old']);
});

test('changes of names are taken in any order, but none before the one it stands on', (t) => {
  const disk = newDisk();
  for (const name of ['a', 'b']) disk.create(`/store/${name}.tmp`).close();
  disk.rename('/store/a.tmp', '/store/a');
  disk.rename('/store/b.tmp', '/store/b');
  disk.link('/store/b', '/store/c');
  const seen = new Set(cuts(disk).map((after) => after.list('/store').join(' ')));
  for (const names of ['', 'a', 'b', 'a b', 'a b c', 'a.tmp b c', 'a.tmp b.tmp']) {
    t.true(seen.has(names), names);
  }
  for (const names of seen) t.false(/a .*a\.tmp|b.* b\.tmp|b\.tmp c|^c/.test(names), names);
});

test('a removed file may come back until the directory is synced', (t) => {
  const disk = newDisk();
  durableFile(disk, '/store/a', filled(10, 1)).close();
  disk.remove('/store/a');
  t.is(disk.kind('/store/a'), 'none');
  const kinds = new Set(cuts(disk).map((after) => after.kind('/store/a')));
  t.deepEqual([...kinds].sort(), ['file', 'none']);
  disk.syncDirectory('/store');
  for (const after of cuts(disk)) t.is(after.kind('/store/a'), 'none');
});

test('a directory that was not synced into its parent may be lost with all it holds', (t) => {
  const disk = new TestDisk();
  disk.makeDirectory('/store');
  durableFile(disk, '/store/a', filled(10, 1));
  const kinds = new Set(cuts(disk).map((after) => after.kind('/store')));
  t.deepEqual([...kinds].sort(), ['directory', 'none']);
});
