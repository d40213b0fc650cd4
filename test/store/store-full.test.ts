// A store whose memory is full: writes are refused and change nothing, everything else goes on.

import test from 'ava';

import type { Store } from '../../src/index.js';
import { isLaneError } from '../../src/index.js';
import { copyUnclean, openAt, openNew, rejectsWith, SMALL, throwsWith } from '../support/stores.js';

type TextStore = Store<unknown, unknown>;

/** Puts until nothing fits any more, in ever smaller values. Returns what was put. */
async function fill(store: TextStore, name: string): Promise<Map<string, string>> {
  const put = new Map<string, string>();
  for (const length of [20_000, 2000, 200, 0]) {
    for (let index = 0; ; index++) {
      const key = `${name} ${length} ${index}`;
      const value = key.padEnd(length, '.');
      const { sequence } = store.stats();
      try {
        await store.put(key, value);
        put.set(key, value);
      } catch (error) {
        if (!isLaneError(error, 'STORE_FULL')) throw error;
        if (!error.message.includes('memoryBytes')) throw new Error(`unclear: ${error.message}`);
        if (store.stats().sequence !== sequence)
          throw new Error('a refused write changed something');
        break;
      }
    }
  }
  return put;
}

function holdsAll(store: TextStore, put: Map<string, string>): boolean {
  for (const [key, value] of put) if (store.get(key) !== value) return false;
  return store.count() === put.size && [...store.keys()].length === put.size;
}

for (const io of ['auto', 'buffered'] as const) {
  test(`past memoryBytes writes are STORE_FULL, and all else goes on (${io})`, async (t) => {
    const options = { ...SMALL, io };
    const store = (await openNew(t, options)) as TextStore;
    const put = await fill(store, 'first');
    t.true(put.size > 40);
    const { usedBytes, limitBytes } = store.stats().memory;
    t.true(usedBytes <= limitBytes);
    const { sequence } = store.stats();
    const snapshot = store.snapshot();
    const [key = ''] = put.keys();
    const operation = { type: 'delete', key } as const;
    await rejectsWith(t, 'STORE_FULL', store.put(key, 'changed'));
    await rejectsWith(t, 'STORE_FULL', store.put('new', 1, { ifAbsent: true }));
    await rejectsWith(t, 'STORE_FULL', store.delete(key));
    await rejectsWith(t, 'STORE_FULL', store.batch([operation]));
    await rejectsWith(t, 'STORE_FULL', store.commit({ offsets: { a: 1 } }, [operation]));
    await rejectsWith(t, 'STORE_FULL', store.clear());
    throwsWith(t, 'STORE_FULL', () => store.transaction((tx) => tx.delete(key)));
    t.is(store.stats().sequence, sequence);
    t.is(store.lastCommit(), undefined);
    t.false(await store.put('new', 1, { ifVersion: 5 }).catch(() => false));
    t.true(holdsAll(store, put));
    t.is(snapshot.get(key), put.get(key));
    await store.flush();
    const path = await copyUnclean(t, store);
    await store.close();
    for (const place of [store.path, path]) {
      const again = (await openAt(t, place, options)) as TextStore;
      t.true(holdsAll(again, put));
      await fill(again, 'second');
      await again.close();
      const reader = (await openAt(t, place, { readOnly: true, ...options })) as TextStore;
      t.true(reader.count() >= put.size);
      await reader.close();
    }
  });
}

test('with more memory a full store goes on, deletes included', async (t) => {
  const store = (await openNew(t, SMALL)) as TextStore;
  const put = await fill(store, 'first');
  await store.close();
  const larger = (await openAt(t, store.path, { memoryBytes: 4 * 1048576 })) as TextStore;
  t.true(holdsAll(larger, put));
  for (const key of [...put.keys()].slice(0, 20)) {
    await larger.delete(key);
    put.delete(key);
  }
  for (let index = 0; index < 100; index++) {
    const value = 'x'.repeat(5000);
    await larger.put(`more ${index}`, value);
    put.set(`more ${index}`, value);
  }
  t.true(holdsAll(larger, put));
  await larger.close();
  const less = (await openAt(t, store.path, SMALL)) as TextStore;
  t.true(holdsAll(less, put));
  const rest = await fill(less, 'rest');
  t.true(holdsAll(less, new Map([...put, ...rest])));
});

test('a store full of what is dead has room again after reopening', async (t) => {
  const store = (await openNew(t, SMALL)) as TextStore;
  const error = await t.throwsAsync(async () => {
    for (let round = 0; ; round++) await store.put(round % 5, `${round}`.padEnd(3000, '.'));
  });
  t.true(isLaneError(error, 'STORE_FULL'));
  const before = [...store.entries()];
  const path = await copyUnclean(t, store);
  await store.close();
  for (const place of [store.path, path]) {
    const again = (await openAt(t, place, SMALL)) as TextStore;
    t.deepEqual([...again.entries()], before);
    for (let round = 0; round < 100; round++) await again.put('more', 'y'.repeat(3000));
    t.is(again.count(), 6);
    await again.close();
  }
});

test('a batch whose index does not fit is refused whole', async (t) => {
  const store = (await openNew(t, { ...SMALL, segmentBytes: 262_144 })) as TextStore;
  const operations = (round: number) =>
    Array.from({ length: 3000 }, (_, index) => ({
      type: 'put' as const,
      key: `${round} ${index}`,
      value: index,
    }));
  let rounds = 0;
  const error = await t.throwsAsync(async () => {
    for (;;) {
      await store.batch(operations(rounds));
      rounds++;
    }
  });
  t.true(isLaneError(error, 'STORE_FULL'));
  t.is(store.count(), rounds * 3000);
  t.is(store.stats().keys, rounds * 3000);
  await store.close();
  const again = await openAt(t, store.path, SMALL);
  t.is(again.count(), rounds * 3000);
});
