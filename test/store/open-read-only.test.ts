// Opening read-only: everything can be read, no byte changes, nothing can be written.

import { unlinkSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import type { Store } from '../../src/index.js';
import { open } from '../../src/index.js';
import { startStoreChild } from '../support/store-children.js';
import {
  copyUnclean,
  listingOf,
  newPath,
  openAt,
  openNew,
  rejectsWith,
  throwsWith,
} from '../support/stores.js';

async function filled(t: Parameters<typeof openNew>[0]) {
  const store = await openNew(t);
  for (let key = 0; key < 300; key++) void store.put(key, `value ${key}`);
  await store.commit({ offsets: { source: 7 } }, [{ type: 'delete', key: 0 }]);
  return store;
}

function readAll(store: Store<unknown, unknown>) {
  using snapshot = store.snapshot();
  return {
    entries: [...store.entries()],
    reverse: [...snapshot.entries({ reverse: true })],
    commit: store.lastCommit(),
    versions: [...store.keys()].map((key) => store.getEntry(key)?.version),
    count: store.count({ gt: 5 }),
    missing: store.get('missing'),
  };
}

test('a cleanly closed store is read without changing a byte', async (t) => {
  const store = await filled(t);
  const expected = readAll(store as Store<unknown, unknown>);
  await store.close();
  const before = listingOf(store.path);
  const reader = await openAt(t, store.path, { readOnly: true });
  t.deepEqual(readAll(reader as Store<unknown, unknown>), expected);
  t.deepEqual(listingOf(store.path), before);
  const stats = reader.stats();
  t.true(stats.isReadOnly);
  t.is(stats.keys, 299);
  t.is(stats.recovery?.outcome, 'clean');
  t.is(stats.durableSequence, stats.sequence);
  await reader.flush();
  reader.flushSync();
  await reader.close();
  t.deepEqual(listingOf(store.path), before);
});

test('an unclean store shows what recovery would keep, without changing a byte', async (t) => {
  const store = await filled(t);
  const expected = readAll(store as Store<unknown, unknown>);
  const path = await copyUnclean(t, store);
  const before = listingOf(path);
  for (let round = 0; round < 2; round++) {
    const reader = await openAt(t, path, { readOnly: true });
    t.deepEqual(readAll(reader as Store<unknown, unknown>), expected);
    t.is(reader.stats().recovery?.outcome, 'unclean');
    await reader.close();
    t.deepEqual(listingOf(path), before);
  }
});

test('the store of a killed process is read beside its stale lock', async (t) => {
  const path = newPath(t);
  const { answer, ended } = await startStoreChild(t, { kind: 'kill', path, count: 500 });
  t.is(answer.seen, 500);
  t.is(await ended, 'SIGKILL');
  const before = listingOf(path);
  const reader = await openAt(t, path, { readOnly: true });
  t.is(reader.count(), 500);
  t.deepEqual(reader.get(499), { index: 499 });
  await reader.close();
  t.deepEqual(listingOf(path), before);
});

test('a directory without LOCK is read without making one', async (t) => {
  const store = await filled(t);
  await store.close();
  unlinkSync(join(store.path, 'LOCK'));
  const before = listingOf(store.path);
  const reader = await openAt(t, store.path, { readOnly: true });
  t.is(reader.count(), 299);
  await reader.close();
  t.deepEqual(listingOf(store.path), before);
});

test('every way to write is refused with READ_ONLY', async (t) => {
  const store = await filled(t);
  await store.close();
  const before = listingOf(store.path);
  const reader = await openAt(t, store.path, { readOnly: true });
  await rejectsWith(t, 'READ_ONLY', reader.put('a', 1));
  await rejectsWith(t, 'READ_ONLY', reader.put('a', 1, { ifAbsent: true }));
  await rejectsWith(t, 'READ_ONLY', reader.delete(1));
  await rejectsWith(t, 'READ_ONLY', reader.delete(1, { ifVersion: 5 }));
  await rejectsWith(t, 'READ_ONLY', reader.batch([{ type: 'delete', key: 1 }]));
  await rejectsWith(t, 'READ_ONLY', reader.commit({ offsets: {} }));
  await rejectsWith(t, 'READ_ONLY', reader.clear());
  throwsWith(t, 'READ_ONLY', () => reader.transaction((tx) => tx.put('a', 1)));
  t.is(reader.count(), 299);
  await reader.close();
  t.deepEqual(listingOf(store.path), before);
});

test('any number of readers, but none beside an owner', async (t) => {
  const store = await filled(t);
  await rejectsWith(t, 'STORE_LOCKED', open(store.path, { readOnly: true }));
  await store.close();
  const first = await openAt(t, store.path, { readOnly: true });
  const second = await openAt(t, store.path, { readOnly: true });
  t.is(first.count(), second.count());
  await first.close();
  await second.close();
  const owner = await openAt(t, store.path);
  await owner.put('goes on', 1);
});
