// Copies, replay, the hook and raw access of the test disk.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { TestDisk } from './test-disk.js';
import {
  CUTS,
  cuts,
  durableFile,
  filled,
  mappedFile,
  newDisk,
  write,
} from './test-disk-helpers.js';

test('a sector policy decides sector by sector for one file', (t) => {
  const disk = newDisk();
  const { region } = mappedFile(disk, 2048);
  region.bytes.fill(5);
  t.deepEqual(disk.pendingSectors('/store/a'), [0, 1, 2, 3]);
  const after = disk.cut(1, { path: '/store/a', keep: (sector) => sector % 2 === 1 });
  const bytes = after.readFileRaw('/store/a');
  t.deepEqual([bytes[0], bytes[512], bytes[1024], bytes[1536]], [0, 5, 0, 5]);
});

test('killing the process keeps all as seen, and a later cut may still lose it', (t) => {
  const disk = newDisk();
  const { region } = mappedFile(disk, 512);
  region.bytes[0] = 1;
  disk.create('/store/b').close();
  const killed = disk.kill();
  t.deepEqual(killed.list('/store'), ['a', 'b']);
  t.is(killed.readFileRaw('/store/a')[0], 1);
  const lost = killed.cut(1, 'lose-all-unsynced');
  t.deepEqual(lost.list('/store'), ['a']);
  t.is(lost.readFileRaw('/store/a')[0], 0);
  t.deepEqual(disk.cut(1, 'lose-all-unsynced').snapshotFiles(), lost.snapshotFiles());
});

test('copies do not see later changes of each other', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(2048, 1));
  const copies = [disk.cut(1), disk.kill(), disk.clone()];
  write(file, filled(2048, 2));
  file.sync();
  for (const copy of copies) {
    t.deepEqual(copy.readFileRaw('/store/a'), filled(2048, 1));
    write(copy.openWrite('/store/a'), filled(512, 3));
    copy.flipBit('/store/a', 600, 1);
  }
  t.deepEqual(disk.readFileRaw('/store/a'), filled(2048, 2));
});

/** Random calls; the same seed makes the same ones. */
function play(seed: number): TestDisk {
  const disk = newDisk({ seed });
  const { file, region } = mappedFile(disk, 8192);
  for (let step = 0; step < 60; step++) {
    region.words[(step * 37) % 2048] = step + seed;
    if (step % 7 === 0) disk.create(`/store/${step}`).close();
    if (step % 11 === 0) file.sync();
    if (step % 14 === 7) disk.rename(`/store/${step - 7 - (step % 7)}`, `/store/r${step}`);
    write(file, filled(300, step), (step * 211) % 7000);
  }
  return disk;
}

test('the same seed and the same calls give the same cuts, and other seeds other ones', (t) => {
  const first = play(5);
  const second = play(5);
  const hashes = cuts(first).map((after) => after.stateHash());
  t.deepEqual(
    cuts(second).map((after) => after.stateHash()),
    hashes,
  );
  t.deepEqual(
    cuts(first.clone()).map((after) => after.stateHash()),
    hashes,
  );
  t.deepEqual(second.log, first.log);
  t.true(new Set(hashes).size > CUTS / 2);
  t.notDeepEqual(
    cuts(play(6)).map((after) => after.stateHash()),
    hashes,
  );
});

test('the state hash follows names and contents, and nothing else', (t) => {
  const disk = newDisk();
  const empty = disk.stateHash();
  const file = disk.create('/store/a');
  write(file, filled(1024, 0));
  t.is(disk.stateHash(), empty);
  file.sync();
  disk.syncDirectory('/store');
  const zeros = disk.stateHash();
  t.not(zeros, empty);
  const other = newDisk();
  other.writeFileRaw('/store/a', new Uint8Array(1024));
  t.is(other.stateHash(), zeros);
  other.flipBit('/store/a', 1023, 7);
  t.not(other.stateHash(), zeros);
  other.flipBit('/store/a', 1023, 7);
  t.is(other.stateHash(), zeros);
  other.renameRaw('/store/a', '/store/b');
  t.not(other.stateHash(), zeros);
});

test('a hook sees every changing call before it happens and may stop it', (t) => {
  const disk = newDisk();
  const seen: string[] = [];
  disk.onOperation((call) => {
    seen.push(`${call.operation} ${disk.cut(1, 'keep-all').kind('/store/a')}`);
    if (call.operation === 'syncDirectory') throw new Error('stop here');
  });
  const file = disk.create('/store/a');
  disk.kind('/store/a');
  file.sync();
  t.throws(() => disk.syncDirectory('/store'), { message: 'stop here' });
  t.deepEqual(seen, ['create none', 'sync file', 'syncDirectory file']);
  t.is(disk.cut(1, 'lose-all-unsynced').kind('/store/a'), 'none');
});

test('raw access changes the disk at once, and directories are copied in and out', (t) => {
  const real = mkdtempSync(path.join(tmpdir(), 'lanedb-test-disk-'));
  t.teardown(() => rmSync(real, { recursive: true, force: true }));
  writeFileSync(path.join(real, 'a'), filled(700, 1));
  const disk = TestDisk.fromDirectory(real);
  disk.truncateRaw('/store/a', 600);
  disk.truncateRaw('/store/a', 650);
  disk.writeFileRaw('/store/deep/b', filled(3, 2));
  disk.removeRaw('/store/deep/b');
  disk.writeFileRaw('/store/c', filled(3, 3));
  const lost = disk.cut(1, 'lose-all-unsynced');
  t.deepEqual([...lost.snapshotFiles().keys()], ['/store/a', '/store/c']);
  lost.toDirectory(path.join(real, 'out'));
  const bytes = readFileSync(path.join(real, 'out', 'a'));
  t.deepEqual(
    new Uint8Array(bytes),
    Uint8Array.from({ length: 650 }, (_, at) => (at < 600 ? 1 : 0)),
  );
});
