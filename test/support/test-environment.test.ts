// A store on the simulated disk, its background work inline.

import test from 'ava';
import { openIn } from '../../src/store/open.js';
import { TestDisk } from './test-disk.js';
import { TestEnvironment } from './test-environment.js';

const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 1048576,
  io: 'auto',
} as const;

for (const mappable of [true, false]) {
  const name = mappable ? 'mapped' : 'buffered';

  test(`${name}: what is acknowledged survives the loss of all that was not synced`, async (t) => {
    const disk = new TestDisk({ mappable });
    const store = await openIn(new TestEnvironment(disk), '/store', OPTIONS);
    t.is(store.stats().io, name);
    t.is(await store.put('a', 'one'), true);
    const ignored = store.put('b', 'two');
    const lost = disk.cut(1, 'lose-all-unsynced');
    const found = await openIn(new TestEnvironment(lost), '/store', OPTIONS);
    t.deepEqual([...found.entries()], [['a', 'one']]);
    await store.close();
    await ignored;
    const again = await openIn(new TestEnvironment(disk.cut(1)), '/store', OPTIONS);
    t.deepEqual(
      [...again.entries()],
      [
        ['a', 'one'],
        ['b', 'two'],
      ],
    );
  });

  test(`${name}: rounds run only when told, and standbys are prepared when asked for`, async (t) => {
    const disk = new TestDisk({ mappable });
    const environment = new TestEnvironment(disk, { mode: 'told', prepares: true });
    const store = await openIn(environment, '/store', { ...OPTIONS, segmentBytes: 65536 });
    const value = 'v'.repeat(1000);
    for (let index = 0; index < 55; index++) void store.put(`k${index}`, value);
    const background = environment.current!;
    t.is(background.durable, 0);
    t.is(disk.list('/store').length, 2);
    t.is(background.runRound(), true);
    t.is(background.durable, 55);
    t.is(disk.list('/store').length, 3);
    for (let index = 55; index < 70; index++) void store.put(`k${index}`, value);
    t.is(store.stats().lanes[0]!.rotations, 1);
    store.flushSync();
    // A trailer takes a sequence of its own.
    t.is(background.durable, 71);
    await store.close();
  });
}
