// A process dies at any call, the next one opens the store and goes on, then the power fails at any
// call: what a store reads after a kill may be in the cache of the system only, and is made durable
// before anything stands on it.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { openIn } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { type CutPolicy, TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 1048576,
  segmentBytes: 65536,
  io: 'auto',
} as const;

/** Every slot of the superblock that was not synced is torn. */
const TORN_SUPERBLOCK: CutPolicy = {
  path: '/store/superblock',
  keep: (sector) => sector % 8 === 0,
  others: 'lose-all-unsynced',
};
const POLICIES: CutPolicy[] = ['lose-all-unsynced', TORN_SUPERBLOCK, 'random'];

type TextStore = Store<string, string>;

/** The disk as it is before each changing call of `work`, as after the death of the process. */
async function kills(disk: TestDisk, work: () => Promise<unknown>): Promise<TestDisk[]> {
  const killed: TestDisk[] = [];
  disk.onOperation(() => killed.push(disk.kill()));
  await work();
  disk.onOperation(undefined);
  killed.push(disk.kill());
  return killed;
}

/** What power cuts may leave before each changing call of `work`, and the promise made by then. */
async function cuts<T>(
  disk: TestDisk,
  promised: () => T,
  work: () => Promise<unknown>,
): Promise<{ left: TestDisk; promise: T }[]> {
  const states: { left: TestDisk; promise: T }[] = [];
  const known = new Set<string>();
  const cutNow = () => {
    const promise = promised();
    for (const policy of POLICIES) {
      const left = disk.cut(states.length, policy);
      const identity = `${left.stateHash()} ${promise}`;
      if (known.has(identity)) continue;
      known.add(identity);
      states.push({ left, promise });
    }
  };
  disk.onOperation(cutNow);
  await work();
  disk.onOperation(undefined);
  cutNow();
  return states;
}

function open(disk: TestDisk): Promise<TextStore> {
  return openIn(new TestEnvironment(disk), '/store', OPTIONS);
}

/** Opens what a cut or a kill left: a store that refuses to open has lost everything. */
async function reopen(t: ExecutionContext, left: TestDisk): Promise<TextStore> {
  const opening = open(left);
  await t.notThrowsAsync(opening);
  return opening;
}

for (const mappable of [true, false]) {
  const medium = mappable ? 'mapped' : 'buffered';

  test(`${medium}: a store whose creation was killed anywhere keeps what is acknowledged later`, async (t) => {
    for (const isThere of [false, true]) {
      const first = new TestDisk({ mappable });
      // Made by somebody who did not sync the directory it lies in.
      if (isThere) first.makeDirectory('/store');
      for (const killed of await kills(first, () => open(first))) {
        let acknowledged = 0;
        const states = await cuts(
          killed,
          () => acknowledged,
          async () => {
            const store = await reopen(t, killed);
            await store.put('a', '1');
            acknowledged = 1;
            void store.put('b', '2');
          },
        );
        for (const { left, promise } of states) {
          const found = await reopen(t, left);
          if (promise === 1) t.is(found.get('a'), '1');
          else t.true(found.count() <= 2);
        }
      }
    }
  });

  test(`${medium}: a store whose recovery or close was killed anywhere loses nothing to a cut`, async (t) => {
    for (const isClosed of [false, true]) {
      const first = new TestDisk({ mappable });
      const store = await open(first);
      for (let index = 0; index < 30; index++) void store.put(`k${index}`, 'v'.repeat(3000));
      await store.flush();
      const unclean = first.cut(1, 'lose-all-unsynced');
      const disk = isClosed ? first : unclean;
      const work = isClosed ? () => store.close() : () => reopen(t, unclean);
      for (const killed of await kills(disk, work)) {
        let acknowledged = 30;
        const states = await cuts(
          killed,
          () => acknowledged,
          async () => {
            const next = await reopen(t, killed);
            await next.put('k30', 'after');
            acknowledged = 31;
          },
        );
        for (const { left, promise } of states) {
          const found = await reopen(t, left);
          t.true(found.count() >= promise, `${found.count()} of ${promise} keys`);
        }
      }
    }
  });

  test(`${medium}: what an open shows after a kill is on the disk, not in its cache alone`, async (t) => {
    const first = new TestDisk({ mappable });
    const store = await open(first);
    await store.put('acknowledged', '1');
    for (let index = 0; index < 20; index++) void store.put(`k${index}`, 'v'.repeat(3000));
    let isMore = 0;
    for (const killed of await kills(first, () => store.flush())) {
      const shown = [...(await reopen(t, killed)).entries()];
      t.is(shown[0]?.[0], 'acknowledged');
      if (shown.length > 1) isMore++;
      const found = await reopen(t, killed.cut(1, 'lose-all-unsynced'));
      t.deepEqual([...found.entries()], shown);
    }
    t.true(isMore > 0);
  });

  test(`${medium}: what an open gave up never comes back behind what is written later`, async (t) => {
    const disk = new TestDisk({ mappable });
    const store = await open(disk);
    for (let index = 10; index < 30; index++) void store.put(`k${index}`, `first life ${index}`);
    await store.flush();
    const killed = disk.kill();
    const name = killed.list('/store').find((each) => each.startsWith('wal-'))!;
    const text = Buffer.from(killed.readFileRaw(`/store/${name}`)).toString('latin1');
    killed.flipBit(`/store/${name}`, text.indexOf('first life 20'), 0);
    const next = await reopen(t, killed);
    t.is(next.count(), 10);
    // As long as the record that was torn, so that those behind it would follow it exactly.
    await next.put('k20', 'other life 20');
    for (const left of [killed.kill(), killed.cut(1, 'lose-all-unsynced')]) {
      const found = await reopen(t, left);
      t.is(found.count(), 11);
      t.is(found.get('k20'), 'other life 20');
      t.is(found.get('k21'), undefined);
    }
  });
}
