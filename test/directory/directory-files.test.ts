// Names that are gone for good.

import test from 'ava';

import { removeFiles, syncParent } from '../../src/directory/directory-files.js';
import { TestDisk } from '../support/test-disk.js';

test('removed files stay removed when the power goes; what is not there is left out', (t) => {
  const disk = new TestDisk({ seed: 3 });
  disk.makeDirectory('/a');
  syncParent(disk, '/a');
  for (const name of ['one', 'two', 'three']) {
    const file = disk.create(`/a/${name}`);
    file.write(Uint8Array.of(1), 0, 1, 0);
    file.sync();
    file.close();
  }
  disk.syncDirectory('/a');
  removeFiles(disk, '/a', ['one', 'missing', 'three']);
  disk.syncDirectory('/');
  const left = disk.cut(1, 'lose-all-unsynced');
  t.deepEqual(left.list('/a'), ['two']);
});
