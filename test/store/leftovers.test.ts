// Files that a crash leaves behind, in every place where one can: none keeps a store from opening.

import test from 'ava';
import { preparingName } from '../../src/format/file-name.js';
import { openIn } from '../../src/store/open.js';
import { LogBuilder } from '../support/log-builder.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 1048576,
  io: 'auto',
} as const;

test('a preparation cut off by a crash never keeps a store from opening', async (t) => {
  for (let generation = 1; generation < 8; generation++) {
    for (const isClean of [true, false]) {
      const disk = new TestDisk();
      const store = await openIn(new TestEnvironment(disk), '/store', OPTIONS);
      await store.put('a', '1');
      if (isClean) await store.close();
      const left = isClean ? disk : disk.kill();
      left.writeFileRaw(`/store/${preparingName(0, generation)}`, new Uint8Array(5000).fill(7));
      const found = await openIn(new TestEnvironment(left), '/store', OPTIONS);
      t.is(found.get('a'), '1');
      await found.put('b', '2');
      await found.close();
      t.deepEqual(
        left.list('/store').filter((name) => name.endsWith('.tmp')),
        [],
      );
    }
  }
});

test('one open removes every file that the lanes of another run no longer need', async (t) => {
  const log = new LogBuilder();
  const a = log.segment({ lane: 0, generation: 1 });
  log.segment({ lane: 1, generation: 2 });
  const b = log.segment({ lane: 1, generation: 3 });
  log.put(a, 'a', 1);
  log.put(b, 'b', 2);
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 3 }]);
  const disk = new TestDisk();
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of log.files) disk.writeFileRaw(`/store/${name}`, bytes);
  const store = await openIn(new TestEnvironment(disk), '/store', { memoryBytes: 1048576 });
  t.deepEqual([...store.keys()], ['a', 'b']);
  // What survived, sealed, and the segment that the store goes on in.
  const segments = disk.list('/store').filter((name) => name.endsWith('.log'));
  t.deepEqual(segments, ['wal-l00-0000000004.log', 'wal-l00-0000000005.log']);
  await store.close();
});
