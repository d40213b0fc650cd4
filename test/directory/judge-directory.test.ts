// What a path is, judged with nothing changed.

import test from 'ava';

import { judgeDirectory } from '../../src/directory/judge-directory.js';
import { TestDisk } from '../support/test-disk.js';

const WISH = { createIfMissing: true, readOnly: false };

test('a path that is not there is made, unless nothing may be made', (t) => {
  const disk = new TestDisk();
  t.true(judgeDirectory(disk, '/new', WISH, 'store'));
  t.is(disk.kind('/new'), 'directory');
  t.true(judgeDirectory(disk, '/new', WISH, 'store'));
  for (const wish of [
    { createIfMissing: false, readOnly: false },
    { createIfMissing: true, readOnly: true },
  ]) {
    t.throws(() => judgeDirectory(disk, '/other', wish, 'store'), { code: 'STORE_NOT_FOUND' });
    t.throws(() => judgeDirectory(disk, '/new', wish, 'store'), { code: 'STORE_NOT_FOUND' });
    t.is(disk.kind('/other'), 'none');
  }
});

test('a file, and a directory with the files of others, is no store', (t) => {
  const disk = new TestDisk();
  disk.create('/file').close();
  t.throws(() => judgeDirectory(disk, '/file', WISH, 'store'), { code: 'NOT_A_STORE' });
  disk.makeDirectory('/photos');
  disk.create('/photos/cat.jpeg').close();
  t.throws(() => judgeDirectory(disk, '/photos', WISH, 'store'), { code: 'NOT_A_STORE' });
  t.deepEqual(disk.list('/photos'), ['cat.jpeg']);
});
