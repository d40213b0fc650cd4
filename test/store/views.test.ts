// Reading as of one moment: getMany, has and count of a store and of a snapshot.

import test from 'ava';

import { openInMemory } from '../support/stores.js';

test('getMany gives values in the order of the keys, undefined where there is none', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 100; key++) void store.put(key, `v${key}`);
  t.deepEqual(store.getMany([5, 'missing', 99, 5]), ['v5', undefined, 'v99', 'v5']);
  t.deepEqual(store.getMany([]), []);
  t.throws(() => store.getMany('ab' as never), { instanceOf: TypeError, message: /array/ });
  t.throws(() => store.getMany([1, undefined as never]), { instanceOf: TypeError });
});

test('has and count look at keys alone: values are not decoded', async (t) => {
  let decoded = 0;
  const store = await openInMemory(t, {
    valueEncoding: {
      encode: (value: number): Uint8Array => Uint8Array.of(value),
      decode: (bytes: Uint8Array): number => {
        decoded++;
        return bytes[0] ?? 0;
      },
    },
  });
  for (let key = 0; key < 50; key++) void store.put(key, key);
  t.true(store.has(7));
  t.false(store.has(50));
  t.is(store.count({ lt: 10 }), 10);
  t.is([...store.keys()].length, 50);
  const snapshot = store.snapshot();
  t.true(snapshot.has(7));
  t.is(snapshot.count(), 50);
  t.is(store.transaction((tx) => tx.count() + Number(tx.has(7))).result, 51);
  t.is(decoded, 0);
  t.is(store.get(7), 7);
  t.is(decoded, 1);
});

test('half a batch is never seen, in no view', async (t) => {
  const store = await openInMemory(t);
  const keys = Array.from({ length: 200 }, (_, index) => index);
  for (let round = 0; round < 20; round++) {
    void store.batch(keys.map((key) => ({ type: 'put' as const, key, value: round })));
    const snapshot = store.snapshot();
    void store.batch(keys.map((key) => ({ type: 'put' as const, key, value: -1 })));
    t.deepEqual(new Set(snapshot.values()), new Set([round]));
    t.deepEqual(new Set(snapshot.getMany(keys)), new Set([round]));
    t.deepEqual(new Set(store.values({ reverse: true })), new Set([-1]));
    snapshot.close();
  }
});
