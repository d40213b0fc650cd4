// Planned failures, full disks and calls that cannot be done on the test disk.

import test from 'ava';
import type { WritableFile } from '../../src/io/file-system.js';
import {
  cuts,
  durableFile,
  filled,
  newDisk,
  readAll,
  throwsCode,
  write,
} from './test-disk-helpers.js';

test('a failed sync marks its data as written: later syncs end well and the data is gone', (t) => {
  const disk = newDisk();
  const file = durableFile(disk, '/store/a', filled(1024, 1));
  const other = disk.openWrite('/store/a');
  disk.failAt({ operation: 'sync', nth: 1 });
  write(file, filled(1024, 2));
  throwsCode(t, 'IO_ERROR', 'EIO', () => file.sync());
  file.sync();
  t.deepEqual(disk.readFileRaw('/store/a'), filled(1024, 2));
  for (const after of cuts(disk)) t.deepEqual(readAll(after, '/store/a'), filled(1024, 1));
  t.deepEqual(disk.kill().readFileRaw('/store/a'), filled(1024, 2));
  const later = disk.openWrite('/store/a');
  later.sync();
  throwsCode(t, 'IO_ERROR', 'EIO', () => other.sync());
  other.sync();
  disk.dropCaches();
  t.deepEqual(disk.readFileRaw('/store/a'), filled(1024, 1));
});

test('data of a failed sync may appear later, or in part, if the plan says so', (t) => {
  for (const failedSync of ['appears-later', 'partial'] as const) {
    const disk = newDisk();
    const file = durableFile(disk, '/store/a', filled(8192, 1));
    disk.failAt({ operation: 'sync', nth: 1, failedSync });
    write(file, filled(8192, 2));
    t.throws(() => file.sync());
    file.sync();
    const seen = new Set<string>();
    for (const after of cuts(disk)) {
      const bytes = readAll(after, '/store/a')!;
      for (const value of [1, 2]) if (bytes.includes(value)) seen.add(String(value));
      seen.add(bytes.join());
    }
    t.true(seen.has('1') && seen.has('2'));
    t.is(seen.size === 3, failedSync === 'partial');
  }
});

test('a failed sync of a directory leaves its changes undecided for good', (t) => {
  const disk = newDisk();
  disk.create('/store/a').close();
  disk.failAt({ operation: 'syncDirectory', nth: 1 });
  throwsCode(t, 'IO_ERROR', 'EIO', () => disk.syncDirectory('/store'));
  disk.syncDirectory('/store');
  const kinds = new Set(cuts(disk).map((after) => after.kind('/store/a')));
  t.deepEqual([...kinds].sort(), ['file', 'none']);
});

test('the n-th call that is counted fails, once or from then on', (t) => {
  const disk = newDisk();
  const once = disk.failAt({ operation: 'write', path: /\.log$/, nth: 2, errno: 'EIO' });
  const log = disk.create('/store/a.log');
  const other = disk.create('/store/b');
  write(log, filled(4, 1));
  write(other, filled(4, 1));
  throwsCode(t, 'IO_ERROR', 'EIO', () => write(log, filled(4, 2)));
  write(log, filled(4, 3));
  t.deepEqual([once.counted, once.failed], [3, 1]);
  disk.clearFaults();
  disk.failAt({ operation: 'mutating', nth: 2, errno: 'ENOSPC', persistent: true });
  disk.kind('/store');
  write(log, filled(4, 4));
  throwsCode(t, 'DISK_FULL', 'ENOSPC', () => disk.syncDirectory('/store'));
  throwsCode(t, 'DISK_FULL', 'ENOSPC', () => disk.create('/store/c'));
  t.is(disk.kind('/store/c'), 'none');
});

test('a short write leaves its first bytes and is an error', (t) => {
  const disk = newDisk();
  const file = disk.create('/store/a');
  disk.failAt({ operation: 'write', nth: 1, shortBytes: 3 });
  throwsCode(t, 'IO_ERROR', 'EIO', () => write(file, filled(8, 1)));
  t.deepEqual([...disk.readFileRaw('/store/a')], [1, 1, 1]);
});

test('a full disk refuses to grow files, and removing a closed file makes room', (t) => {
  const disk = newDisk({ capacityBytes: 16384 });
  const file = disk.create('/store/a');
  file.allocate(12288);
  const second = disk.create('/store/b');
  throwsCode(t, 'DISK_FULL', 'ENOSPC', () => second.allocate(8192));
  throwsCode(t, 'DISK_FULL', 'ENOSPC', () => write(second, filled(8192, 1)));
  t.is(second.size(), 0);
  write(file, filled(12288, 1));
  disk.remove('/store/a');
  throwsCode(t, 'DISK_FULL', 'ENOSPC', () => second.allocate(8192));
  file.close();
  second.allocate(8192);
  t.is(disk.usedBytes(), 8192);
});

test('calls that cannot be done fail as on a real system', (t) => {
  const disk = newDisk();
  const file = disk.create('/store/a');
  throwsCode(t, 'IO_ERROR', 'EEXIST', () => disk.create('/store/a'));
  throwsCode(t, 'IO_ERROR', 'EEXIST', () => disk.link('/store/a', '/store'));
  throwsCode(t, 'IO_ERROR', 'EEXIST', () => disk.makeDirectory('/store'));
  throwsCode(t, 'IO_ERROR', 'ENOENT', () => disk.openRead('/store/b'));
  throwsCode(t, 'IO_ERROR', 'ENOENT', () => disk.create('/other/b'));
  throwsCode(t, 'IO_ERROR', 'ENOENT', () => disk.rename('/store/b', '/store/c'));
  throwsCode(t, 'IO_ERROR', 'ENOTDIR', () => disk.list('/store/a'));
  throwsCode(t, 'IO_ERROR', 'EINVAL', () => disk.mapRegion(file, 512));
  throwsCode(t, 'IO_ERROR', 'EBADF', () =>
    write(disk.openRead('/store/a') as WritableFile, filled(1, 1)),
  );
  file.close();
  file.close();
  t.throws(() => file.sync(), { message: 'sync of closed file /store/a' });
  t.deepEqual(disk.log.at(-1), {
    number: disk.operationCount,
    operation: 'sync',
    path: '/store/a',
    outcome: 'failed',
  });
  t.true(disk.trace(1).endsWith('sync          /store/a FAILED'));
});
