// The superblock of a new directory, and what is left when there is no room for it.

import test from 'ava';
import { openLogIn } from '../../src/log/open-log.js';
import { openIn } from '../../src/store/open.js';
import { openTestLog, SMALL_LOG } from '../support/logs.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

for (const mappable of [true, false]) {
  const medium = mappable ? 'mapped' : 'buffered';
  test(`a refused creation leaves no file and no mapping, ${medium}, and can be tried again`, async (t) => {
    const disk = new TestDisk({ seed: 1, mappable });
    for (const name of ['superblock', 'wal-', 'preparing-']) {
      disk.failAt({ operation: 'mutating', path: name, nth: 1, errno: 'ENOSPC' });
      const environment = new TestEnvironment(disk);
      const log = openLogIn(environment, '/log', { ...SMALL_LOG, io: 'auto' });
      await t.throwsAsync(log, { code: 'DISK_FULL' });
      t.deepEqual(disk.list('/log'), []);
      disk.failAt({ operation: 'mutating', path: name, nth: 1, errno: 'ENOSPC' });
      const store = openIn(environment, '/store', { io: 'auto' });
      await t.throwsAsync(store, { code: 'DISK_FULL' });
      t.deepEqual(disk.list('/store'), []);
      disk.clearFaults();
    }
    t.is(disk.mappings, 0);
    const { log, sync } = await openTestLog({}, { disk });
    log.append('a');
    sync();
    t.is([...log.entries()].length, 1);
  });
}
