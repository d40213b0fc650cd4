// The public calls of a store as their users see them: reads, writes, conditions, versions, commits.

import test from 'ava';

import type { Store } from '../../src/index.js';
import { copyUnclean, openAt, openInMemory, openNew } from '../support/stores.js';

test('what was put is there at once, also before it is durable', async (t) => {
  const store = await openInMemory(t);
  t.is(store.get('a'), undefined);
  t.false(store.has('a'));
  const written = store.put('a', { x: 1 });
  t.deepEqual(store.get('a'), { x: 1 });
  t.true(store.has('a'));
  t.is(await written, true);
  t.is(await store.delete('a'), true);
  t.is(store.get('a'), undefined);
  t.is(await store.delete('never there'), true);
  t.is(store.count(), 0);
});

test('null, false, 0 and the empty string are values like any other', async (t) => {
  const store = await openInMemory(t);
  for (const [key, value] of Object.entries({ a: null, b: false, c: 0, d: '' })) {
    await store.put(key, value);
    t.is(store.get(key), value);
    t.is(store.getEntry(key)?.value, value);
  }
  t.is(store.count(), 4);
});

test('the four encodings of values and the three of keys give back what was put', async (t) => {
  const bytes = Uint8Array.of(0, 255, 1);
  const binary = await openInMemory(t, { keyEncoding: 'binary', valueEncoding: 'binary' });
  await binary.put(bytes, bytes);
  t.deepEqual(binary.get(bytes), bytes);
  t.deepEqual([...binary.entries()], [[bytes, bytes]]);
  const utf8 = await openInMemory(t, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await utf8.put('\u00e4\u{1f600}', 'text \u{1f600}');
  t.deepEqual([...utf8.entries()], [['\u00e4\u{1f600}', 'text \u{1f600}']]);
  const json = await openInMemory(t, { valueEncoding: 'json' });
  await json.put(['a', 1n, new Date(5)], { list: [1, null, { b: 'c' }] });
  t.deepEqual([...json.entries()], [[['a', 1n, new Date(5)], { list: [1, null, { b: 'c' }] }]]);
  const msgpack = await openInMemory(t);
  const value = { map: new Map([[1, bytes]]), date: new Date(7), big: 1n << 60n, zero: -0 };
  await msgpack.put(null, value);
  t.deepEqual(msgpack.get(null), value);
  const custom = await openInMemory(t, {
    valueEncoding: {
      name: 'reversed',
      encode: (text: string): Uint8Array => Buffer.from(text).reverse(),
      decode: (given: Uint8Array): string => Buffer.from(given).reverse().toString(),
    },
  });
  await custom.put('k', 'abc');
  t.is(custom.get('k'), 'abc');
});

test('a write with ifAbsent is done only where there is no key', async (t) => {
  const store = await openInMemory(t);
  t.true(await store.put('a', 1, { ifAbsent: true }));
  const { sequence } = store.stats();
  t.false(await store.put('a', 2, { ifAbsent: true }));
  t.is(store.stats().sequence, sequence);
  t.is(store.get('a'), 1);
  await store.delete('a');
  t.true(await store.put('a', 3, { ifAbsent: true }));
  t.true(await store.put('a', 4, { ifAbsent: false }));
  t.true(await store.put('a', 5, {}));
  t.is(store.get('a'), 5);
});

test('a write with ifVersion is done only on this very version', async (t) => {
  const store = await openInMemory(t);
  t.false(await store.put('a', 1, { ifVersion: 1 }));
  t.true(await store.put('a', 1, { ifVersion: 0 }));
  t.false(await store.put('a', 2, { ifVersion: 0 }));
  const version = store.getEntry('a')?.version ?? 0;
  t.true(version > 0);
  t.true(await store.put('a', 2, { ifVersion: version }));
  t.false(await store.put('a', 3, { ifVersion: version }));
  t.false(await store.delete('a', { ifVersion: version }));
  const next = store.getEntry('a')?.version ?? 0;
  t.true(next > version);
  t.true(await store.delete('a', { ifVersion: next }));
  t.false(await store.delete('a', { ifVersion: next }));
  t.true(await store.delete('a', { ifVersion: 0 }));
  t.is(store.getEntry('a'), undefined);
});

test('options of a write are checked', async (t) => {
  const store = await openInMemory(t);
  const type = { instanceOf: TypeError };
  await t.throwsAsync(store.put('a', 1, { ifversion: 1 } as object), type);
  await t.throwsAsync(store.put('a', 1, null as never), type);
  await t.throwsAsync(store.put('a', 1, { ifAbsent: 1 } as never), type);
  await t.throwsAsync(store.put('a', 1, { ifVersion: '1' } as never), type);
  await t.throwsAsync(store.put('a', 1, { ifAbsent: true, ifVersion: 5 }), type);
  await t.throwsAsync(store.delete('a', { ifAbsent: true } as never), type);
  for (const ifVersion of [-1, 0.5, Number.NaN, 2 ** 53]) {
    await t.throwsAsync(store.put('a', 1, { ifVersion }), { instanceOf: RangeError });
    await t.throwsAsync(store.delete('a', { ifVersion }), { instanceOf: RangeError });
  }
  t.is(store.count(), 0);
});

test('versions grow with every write and over every reopening, clean or not', async (t) => {
  const store = await openNew(t);
  const issued = new Set<number>();
  let last = 0;
  const note = (entry: { version: number } | undefined) => {
    const version = entry?.version ?? 0;
    t.true(version > last, `${version} after ${last}`);
    t.false(issued.has(version));
    issued.add(version);
    last = version;
  };
  for (let round = 0; round < 5; round++) {
    void store.put('a', round);
    note(store.getEntry('a'));
  }
  await store.close();
  const clean = await openAt(t, store.path);
  t.is(clean.getEntry('a')?.version, last);
  await clean.put('a', 'clean');
  note(clean.getEntry('a'));
  let path = await copyUnclean(t, clean);
  let version = last;
  for (let round = 0; round < 3; round++) {
    const unclean = await openAt(t, path);
    t.is(unclean.getEntry('a')?.version, version);
    t.true(await unclean.put('a', `unclean ${round}`, { ifVersion: version }));
    note(unclean.getEntry('a'));
    version = last;
    void unclean.put('b', round);
    note(unclean.getEntry('b'));
    path = await copyUnclean(t, unclean);
  }
});

test('a version that was lost with an unclean stop is never issued again', async (t) => {
  const store = await openNew(t);
  await store.put('a', 'kept');
  const path = await copyUnclean(t, store);
  const lost: number[] = [];
  for (let round = 0; round < 50; round++) {
    void store.put('a', `lost ${round}`);
    lost.push(store.getEntry('a')?.version ?? 0);
  }
  await store.flush();
  const again = await openAt(t, path);
  t.is(again.get('a'), 'kept');
  for (let round = 0; round < 50; round++) {
    await again.put('a', round);
    t.false(lost.includes(again.getEntry('a')?.version ?? 0));
  }
  for (const version of lost) t.false(await again.put('a', 'stale', { ifVersion: version }));
});

test('a commit is one write with its operations, and the newest one is known', async (t) => {
  const store = await openInMemory(t);
  t.is(store.lastCommit(), undefined);
  await store.commit({ offsets: { orders: 17, clicks: 0 }, watermark: -5 }, [
    { type: 'put', key: 'a', value: 1 },
    { type: 'put', key: 'b', value: 2 },
    { type: 'delete', key: 'a' },
  ]);
  t.deepEqual(store.lastCommit(), { offsets: { orders: 17, clicks: 0 }, watermark: -5 });
  t.deepEqual([...store.entries()], [['b', 2]]);
  await store.commit({ offsets: {} });
  t.deepEqual(store.lastCommit(), { offsets: {} });
  const largest = { offsets: {}, watermark: Number.MIN_SAFE_INTEGER };
  await store.commit(largest);
  t.deepEqual(store.lastCommit(), largest);
  const named = { offsets: JSON.parse('{"__proto__": 9007199254740991, "": 1}') };
  await store.commit(named);
  t.deepEqual(store.lastCommit(), named);
  const facts = store.lastCommit();
  if (facts !== undefined) facts.offsets['mine'] = 1;
  t.deepEqual(store.lastCommit(), named);
});

test('a commit outlives reopening, clean and not', async (t) => {
  const store = await openNew(t);
  const facts = { offsets: { source: 123 }, watermark: 456 };
  await store.commit({ offsets: { source: 1 } });
  await store.commit(facts, [{ type: 'put', key: 'a', value: 1 }]);
  for (let key = 0; key < 100; key++) void store.put(key, key);
  const path = await copyUnclean(t, store);
  await store.close();
  for (const place of [store.path, path]) {
    for (let round = 0; round < 2; round++) {
      const again = await openAt(t, place);
      t.deepEqual(again.lastCommit(), facts);
      t.is(again.get('a'), 1);
      await again.put('more', round);
      await again.close();
    }
  }
});

test('what a commit states is checked, and a bad one writes nothing', async (t) => {
  const store = (await openInMemory(t)) as unknown as Store<unknown, unknown>;
  const type = { instanceOf: TypeError };
  const range = { instanceOf: RangeError };
  await t.throwsAsync(store.commit(undefined as never), type);
  await t.throwsAsync(store.commit({} as never), type);
  await t.throwsAsync(store.commit({ offsets: { a: '1' } } as never), type);
  await t.throwsAsync(store.commit({ offsets: {}, offset: 1 } as never), type);
  await t.throwsAsync(store.commit({ offsets: {}, watermark: '1' } as never), type);
  await t.throwsAsync(store.commit({ offsets: { a: -1 } }), range);
  await t.throwsAsync(store.commit({ offsets: { a: 0.5 } }), range);
  await t.throwsAsync(store.commit({ offsets: { a: 2 ** 53 } }), range);
  await t.throwsAsync(store.commit({ offsets: {}, watermark: 0.5 }), range);
  await t.throwsAsync(store.commit({ offsets: { ['n'.repeat(1025)]: 1 } }), range);
  const many = Object.fromEntries(Array.from({ length: 1025 }, (_, index) => [`${index}`, 1]));
  await t.throwsAsync(store.commit({ offsets: many }), range);
  t.is(store.lastCommit(), undefined);
  delete many['0'];
  await store.commit({ offsets: many });
  t.deepEqual(store.lastCommit(), { offsets: many });
  await store.commit({ offsets: { ['n'.repeat(1024)]: 1 } });
});

test('offsets that change while they are read are written as they were checked', async (t) => {
  const store = await openInMemory(t);
  let reads = 0;
  const offsets = Object.defineProperty({}, 'a', {
    enumerable: true,
    get: () => (reads++ === 0 ? 5 : 'text'),
  }) as Record<string, number>;
  await store.commit({ offsets });
  t.deepEqual(store.lastCommit(), { offsets: { a: 5 } });
  await store.put('goes on', 1);
});

test('two stores of different encodings stay apart', async (t) => {
  const one = await openInMemory(t, { valueEncoding: 'json' });
  const other = await openInMemory(t, { keyEncoding: 'utf8', valueEncoding: 'binary' });
  for (let key = 0; key < 500; key++) {
    void one.put(key, { key });
    void other.put(`${key}`, Uint8Array.of(key & 255));
  }
  await Promise.all([one.flush(), other.flush()]);
  t.is(one.count(), 500);
  t.deepEqual([...(other.get('257') ?? [])], [1]);
  t.deepEqual(one.get(257), { key: 257 });
});

test('onProgress hears of every record once, the last time of all', async (t) => {
  const store = await openNew(t);
  for (let key = 0; key < 70_000; key++) void store.put(key, 0);
  const path = await copyUnclean(t, store);
  await store.close();
  for (const place of [store.path, path]) {
    const reports: number[] = [];
    const again = await openAt(t, place, { onProgress: ({ records }) => reports.push(records) });
    t.is(reports[0], 65_536);
    t.is(reports.length, 2);
    t.true((reports[1] ?? 0) >= 70_000);
    t.is(again.count(), 70_000);
    await again.close();
  }
});
