// What an unclean stop leaves is copied: records of every kind and length, from one stop to the next,
// keep content, versions and wholeness.

import { readdirSync } from 'node:fs';

import test from 'ava';

import type { Key, Operation, Store } from '../../src/index.js';
import { copyUnclean, openAt, openNew, SMALL } from '../support/stores.js';

function contentOf(store: Store<Key, unknown>) {
  return {
    entries: [...store.keys()].map((key) => [key, store.getEntry(key)]),
    reverse: [...store.values({ reverse: true })],
    commit: store.lastCommit(),
    keys: store.stats().keys,
  };
}

/** Records of all kinds; lengths around every alignment. */
async function writeAll(store: Store<Key, unknown>, round: number): Promise<void> {
  for (let length = 0; length < 40; length++) {
    void store.put([round, 'p', 'k'.repeat(length)], 'v'.repeat(length));
    void store.put('k'.repeat(length), `${round}`);
    if (length % 3 === 0) void store.delete([round, 'p', 'k'.repeat(length)]);
    const batch: Operation<Key, unknown>[] = Array.from({ length }, (_, index) => ({
      type: 'put',
      key: [round, 'b', length, 'k'.repeat(index)],
      value: 'v'.repeat(index),
    }));
    void store.batch([...batch, { type: 'delete', key: [round, 'b', length, ''] }]);
    const offsets = { ['n'.repeat(length)]: length, round };
    void store.commit(length % 2 === 0 ? { offsets } : { offsets, watermark: -length }, batch);
  }
  await store.put([round, 'large'], 'x'.repeat(50_000));
}

for (const io of ['auto', 'buffered'] as const) {
  test(`every kind of record survives one unclean stop after the other (${io})`, async (t) => {
    const options = { memoryBytes: 16 * 1048576, segmentBytes: 262_144, io };
    let store = await openNew(t, options);
    for (let round = 0; round < 3; round++) {
      await writeAll(store, round);
      const before = contentOf(store);
      const path = await copyUnclean(t, store);
      await store.close();
      store = await openAt(t, path, options);
      t.deepEqual(contentOf(store), before);
    }
    const before = contentOf(store);
    await store.close();
    const last = await openAt(t, store.path, options);
    t.deepEqual(contentOf(last), before);
  });
}

test('what survived lies in sealed segments of new generations, the old ones are gone', async (t) => {
  const store = await openNew(t, SMALL);
  for (let key = 0; key < 100; key++) void store.put(key, 'x'.repeat(3000));
  const path = await copyUnclean(t, store);
  const before = readdirSync(path).filter((name) => name.startsWith('wal-'));
  const again = await openAt(t, path, SMALL);
  const after = readdirSync(path).filter((name) => name.startsWith('wal-'));
  t.deepEqual(
    after.filter((name) => before.includes(name)),
    [],
  );
  t.true((after[0] ?? '') > (before.at(-1) ?? ''));
  t.is(again.count(), 100);
  t.is(again.stats().lanes[0]?.position, 0);
});

test('an unclean stop before the first write leaves an empty store', async (t) => {
  const store = await openNew(t);
  const path = await copyUnclean(t, store);
  for (let round = 0; round < 3; round++) {
    const again = await openAt(t, path);
    t.is(again.count(), 0);
    await again.close();
  }
});
