// Files that a crash leaves behind, in every place where one can: none keeps a store from opening.

import test from 'ava';
import { preparingName } from '../../src/format/file-name.js';
import { openIn } from '../../src/store/open.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'utf8', memoryBytes: 1048576 } as const;

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
