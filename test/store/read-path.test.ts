// Reading of single keys: every read is a copy of the reader's own, as of now or of one moment.

import test from 'ava';

import type { Key } from '../../src/index.js';
import { openAt, openInMemory, openNew } from '../support/stores.js';

test('a value that was read is the reader\u2019s own: changing it changes nothing', async (t) => {
  const store = await openInMemory(t, { keyEncoding: 'binary', valueEncoding: 'binary' });
  const key = Uint8Array.of(1, 2, 3);
  await store.put(key, Uint8Array.of(4, 5, 6));
  await store.put(Uint8Array.of(2), Uint8Array.of(7));
  const reads = [
    () => store.get(key),
    () => store.getEntry(key)?.value,
    () => store.getMany([key])[0],
    () => [...store.values()][0],
    () => [...store.entries()][0]?.[1],
    () => store.snapshot().get(key),
    () => store.transaction((tx) => tx.get(key)).result,
  ];
  for (const read of reads) {
    read()?.fill(99);
    t.deepEqual([...(read() ?? [])], [4, 5, 6]);
  }
  for (const found of store.keys()) found.fill(99);
  t.deepEqual([...(store.get(key) ?? [])], [4, 5, 6]);
  t.deepEqual([...(store.get(Uint8Array.of(2)) ?? [])], [7]);
  const given = Uint8Array.of(1);
  const written = store.put(given, given);
  given[0] = 77;
  await written;
  t.deepEqual([...(store.get(Uint8Array.of(1)) ?? [])], [1]);
});

test('values of every encoding are copies', async (t) => {
  for (const valueEncoding of ['msgpack', 'json'] as const) {
    const store = await openInMemory(t, { valueEncoding });
    await store.put('a', { list: [1], bytes: 'x' });
    const value = store.get('a') as { list: number[] };
    value.list.push(2);
    t.deepEqual(store.get('a'), { list: [1], bytes: 'x' });
  }
  const store = await openInMemory(t);
  await store.put('a', { bytes: Uint8Array.of(1, 2, 3) });
  (store.get('a') as { bytes: Uint8Array }).bytes.fill(9);
  t.deepEqual([...(store.get('a') as { bytes: Uint8Array }).bytes], [1, 2, 3]);
});

test('values that were read stay what they are while the store is written, and after it', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'binary' });
  const read: Uint8Array[] = [];
  for (let round = 0; round < 3000; round++) {
    void store.put('a', Uint8Array.of(round & 255, round >> 8));
    read.push(store.get('a') ?? new Uint8Array(0));
  }
  await store.close();
  for (const [round, value] of read.entries()) t.deepEqual([...value], [round & 255, round >> 8]);
});

test('a value whose memory its reader gives away takes nothing from the store', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'binary' });
  await store.put('a', Uint8Array.of(1, 2));
  await store.put('b', Uint8Array.of(3));
  const value = store.get('a') ?? new Uint8Array(0);
  try {
    structuredClone(value, { transfer: [value.buffer as ArrayBuffer] });
  } catch (error) {
    // Newer versions of Node refuse where older ones clone.
    t.is((error as Error).name, 'DataCloneError');
  }
  t.deepEqual([...(store.get('a') ?? [])], [1, 2]);
  t.deepEqual([...store.values()].length, 2);
});

test('an entry has the version of the write that put it there', async (t) => {
  const store = await openInMemory(t);
  t.is(store.getEntry('a'), undefined);
  await store.put('a', 1);
  const first = store.getEntry('a');
  await store.put('b', 1);
  t.deepEqual(store.getEntry('a'), first);
  t.is(store.getEntry('b')?.version, (first?.version ?? 0) + 1);
  await store.batch([
    { type: 'put', key: 'c', value: 1 },
    { type: 'put', key: 'd', value: 1 },
  ]);
  t.is(store.getEntry('c')?.version, store.getEntry('d')?.version);
  await store.delete('a');
  t.is(store.getEntry('a'), undefined);
});

test('keys of all types and of every length are found, and only they', async (t) => {
  const store = await openNew(t);
  const keys: Key[] = [null, true, false, 0, -1, 1.5, Number.POSITIVE_INFINITY, 5n, -5n];
  keys.push('', 'a', '\u00e9', '\u{1f600}', new Date(0), new Uint8Array(0), Uint8Array.of(1), []);
  keys.push(['a', 1], ['a', [1]], [null, [['x'], Uint8Array.of(2)]]);
  for (let length = 1; length < 1024; length += 37) keys.push('k'.repeat(length));
  for (const [index, key] of keys.entries()) void store.put(key, index);
  for (const [index, key] of keys.entries()) t.is(store.get(key), index);
  t.is(store.count(), keys.length);
  t.is(store.get(-0), 3);
  t.is(store.get(new Date(1)), undefined);
  t.is(store.get('k'.repeat(2)), undefined);
  t.is(store.get([]), 16);
  await store.close();
  const again = await openAt(t, store.path);
  for (const [index, key] of keys.entries()) t.is(again.get(key), index);
});

test('bytes that are no value of the encoding are CORRUPT at the read, and nowhere else', async (t) => {
  const store = await openNew(t, { valueEncoding: 'binary' });
  await store.put('a', Uint8Array.of(0xc1, 0xff));
  await store.close();
  const wrong = await openAt(t, store.path, { valueEncoding: 'json' });
  t.throws(() => wrong.get('a'), { code: 'CORRUPT' });
  t.throws(() => [...wrong.values()], { code: 'CORRUPT' });
  t.deepEqual([...wrong.keys()], ['a']);
  t.true(wrong.has('a'));
  await wrong.put('b', { good: 1 });
  t.deepEqual(wrong.get('b'), { good: 1 });
});
