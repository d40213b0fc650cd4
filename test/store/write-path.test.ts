// Writes that are refused change nothing, and writes that call back into the store disturb nothing.

import test from 'ava';

import type { Key, Operation, Store } from '../../src/index.js';
import { openAt, openInMemory, openNew, rejectsWith, SMALL } from '../support/stores.js';

const cyclic: unknown[] = [];
cyclic.push(cyclic);

let deep: unknown = 0;
for (let level = 0; level < 33; level++) deep = [deep];

const BAD_KEYS: [string, unknown, RegExp][] = [
  ['NaN', Number.NaN, /NaN/],
  ['undefined', undefined, /undefined/],
  ['a symbol', Symbol('name'), /symbol "name"/],
  ['a function', () => 0, /function/],
  ['an object', { a: 1 }, /object/],
  ['an invalid Date', new Date(Number.NaN), /invalid Date/],
  ['a lone surrogate', 'a\ud800', /surrogate/],
  ['an array that contains itself', cyclic, /32/],
  ['an array nested too deep', deep, /32/],
  ['a string of 1,025 encoded bytes', 'x'.repeat(1024), /1025.*1024/],
  ['bytes of 1,025 encoded bytes', new Uint8Array(1024), /1025.*1024/],
  ['an array too long', ['x'.repeat(1023)], /1024/],
  ['a bigint too long', 1n << 9000n, /1024/],
];

for (const [name, key, message] of BAD_KEYS) {
  test(`${name} is no key: the error says so, and nothing is written`, async (t) => {
    const store = (await openInMemory(t)) as unknown as Store<unknown, unknown>;
    await store.put('there', 1);
    const { sequence } = store.stats();
    const isArgumentError = (error: unknown): void => {
      t.true(error instanceof TypeError || error instanceof RangeError);
      t.regex((error as Error).message, message);
    };
    const writes = [
      () => store.put(key, 1),
      () => store.put(key, 1, { ifAbsent: true }),
      () => store.delete(key),
      () => store.delete(key, { ifVersion: 1 }),
      () =>
        store.batch([
          { type: 'put', key: 'good', value: 1 },
          { type: 'put', key, value: 1 },
        ]),
      () => store.commit({ offsets: {} }, [{ type: 'delete', key }]),
    ];
    for (const write of writes) isArgumentError(await t.throwsAsync(write()));
    const reads = [
      () => store.get(key),
      () => store.has(key),
      () => store.getEntry(key),
      () => store.getMany(['there', key]),
      () => store.transaction((tx) => tx.get(key)),
      () => store.transaction((tx) => tx.put(key, 1)),
    ];
    for (const read of reads) isArgumentError(t.throws(read));
    if (key !== undefined) isArgumentError(t.throws(() => store.keys({ gte: key })));
    t.is(store.stats().sequence, sequence);
    t.deepEqual([...store.keys()], ['there']);
  });
}

test('keys of 1,024 encoded bytes and empty ones are keys, in every encoding', async (t) => {
  const ordered = await openInMemory(t);
  const long: Key[] = ['x'.repeat(1023), new Uint8Array(1023).fill(7), ['x'.repeat(1021)]];
  for (const key of [...long, '', new Uint8Array(0), [], [[]], null, 0, false]) {
    await ordered.put(key, 'there');
    t.is(ordered.get(key), 'there');
    t.true([...ordered.keys()].some((found) => JSON.stringify(found) === JSON.stringify(key)));
  }
  t.is(ordered.count(), 10);
  const utf8 = await openInMemory(t, { keyEncoding: 'utf8' });
  for (const key of ['', 'x'.repeat(1024), '\u00e9'.repeat(512)]) await utf8.put(key, key);
  await t.throwsAsync(utf8.put('x'.repeat(1025), 1), { instanceOf: RangeError, message: /1025/ });
  await t.throwsAsync(utf8.put('\u00e9'.repeat(513), 1), { instanceOf: RangeError });
  await t.throwsAsync(utf8.put(5 as never, 1), { instanceOf: TypeError });
  t.deepEqual([...utf8.values()], [...utf8.keys()]);
  t.is(utf8.get(''), '');
  const binary = await openInMemory(t, { keyEncoding: 'binary' });
  await binary.put(new Uint8Array(0), 'empty');
  await binary.put(new Uint8Array(1024), 'long');
  await t.throwsAsync(binary.put(new Uint8Array(1025), 1), { instanceOf: RangeError });
  await t.throwsAsync(binary.put('text' as never, 1), { instanceOf: TypeError });
  t.is(binary.get(new Uint8Array(0)), 'empty');
  t.is(binary.count(), 2);
});

test('a value that the encoding cannot take is an error that names the key', async (t) => {
  const bad = {
    msgpack: [undefined, () => 1, Symbol('s'), { deep: [() => 1] }, Promise.resolve(1), cyclic],
    json: [undefined, () => 1, Symbol('s'), 1n, cyclic, { list: [2n] }],
    utf8: [undefined, null, 5, Uint8Array.of(1), 'a\ud800'],
    binary: [undefined, 'text', null, [1, 2], new ArrayBuffer(2)],
  } as const;
  for (const valueEncoding of ['msgpack', 'json', 'utf8', 'binary'] as const) {
    const store = (await openInMemory(t, { valueEncoding })) as unknown as Store<Key, unknown>;
    for (const value of bad[valueEncoding]) {
      const writes = [
        store.put('the key', value),
        store.put('the key', value, { ifAbsent: true }),
        store.put(['the key'], value),
        store.batch([{ type: 'put', key: 'the key', value }]),
        store.commit({ offsets: {} }, [{ type: 'put', key: 'the key', value }]),
      ];
      for (const write of writes) {
        const error = await t.throwsAsync(write, { any: true });
        t.true(error instanceof TypeError || error instanceof RangeError, String(error));
        t.regex((error as Error).message, /key ("the key"|an array)/);
      }
      const inBody = t.throws(() => store.transaction((tx) => tx.put('the key', value)));
      t.regex(inBody.message, /"the key"/);
    }
    t.is(store.count(), 0);
    t.is(store.lastCommit(), undefined);
    const good = valueEncoding === 'binary' ? Uint8Array.of(1) : 'good';
    await store.put('goes on', good);
    t.deepEqual(store.get('goes on'), good);
  }
});

test('an encoder that throws is VALUE_INVALID with its error as cause', async (t) => {
  const reason = { not: 'an Error' };
  const store = await openInMemory(t, {
    valueEncoding: {
      encode: (value: string) => {
        if (value === 'throws') throw reason;
        if (value === 'returns text') return value as unknown as Uint8Array;
        return Buffer.from(value);
      },
      decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
    },
  });
  const { sequence } = store.stats();
  const error = await rejectsWith(t, 'VALUE_INVALID', store.put('k', 'throws'));
  t.is(error.cause, reason);
  t.regex(error.message, /"k"/);
  await rejectsWith(t, 'VALUE_INVALID', store.put('k', 'throws', { ifAbsent: true }));
  const batch: Operation<Key, string>[] = [
    { type: 'put', key: 'good', value: 'good' },
    { type: 'put', key: 'bad', value: 'throws' },
  ];
  t.regex((await rejectsWith(t, 'VALUE_INVALID', store.batch(batch))).message, /"bad"/);
  await rejectsWith(t, 'VALUE_INVALID', store.commit({ offsets: {} }, batch));
  await t.throwsAsync(store.put('k', 'returns text'), { instanceOf: TypeError, message: /"k"/ });
  t.is(store.stats().sequence, sequence);
  await store.put('k', 'good');
  t.is(store.get('k'), 'good');
  t.is(store.count(), 1);
});

test('a batch with one bad operation is refused whole', async (t) => {
  const store = (await openInMemory(t)) as unknown as Store<unknown, unknown>;
  await store.put('there', 1);
  const good = { type: 'put', key: 'good', value: 1 };
  const bad: unknown[] = [
    null,
    5,
    {},
    { type: 'put', key: 'a' },
    { type: 'insert', key: 'a', value: 1 },
    { type: 'put', key: 'a', value: 1, extra: 1 },
    { type: 'delete', key: 'a', value: 1 },
    { type: 'put', key: Number.NaN, value: 1 },
    { type: 'put', key: 'x'.repeat(2000), value: 1 },
  ];
  for (const operation of bad) {
    const list = [good, operation, { type: 'delete', key: 'there' }] as Operation<
      unknown,
      unknown
    >[];
    await t.throwsAsync(store.batch(list));
    await t.throwsAsync(store.commit({ offsets: { a: 1 } }, list));
  }
  await t.throwsAsync(store.batch(good as never), { instanceOf: TypeError });
  await t.throwsAsync(store.batch(undefined as never), { instanceOf: TypeError });
  t.deepEqual([...store.entries()], [['there', 1]]);
  t.is(store.lastCommit(), undefined);
  const { sequence } = store.stats();
  await store.batch([]);
  t.is(store.stats().sequence, sequence);
});

test('of several operations of a batch on one key the last one wins', async (t) => {
  const store = await openNew(t);
  const path = store.path;
  await store.put('deleted', 0);
  await store.batch([
    { type: 'put', key: 'a', value: 1 },
    { type: 'delete', key: 'a' },
    { type: 'put', key: 'a', value: 2 },
    { type: 'put', key: 'deleted', value: 1 },
    { type: 'delete', key: 'deleted' },
    { type: 'put', key: 'b', value: 3 },
  ]);
  const expected = [
    ['a', 2],
    ['b', 3],
  ];
  t.deepEqual([...store.entries()], expected);
  t.is(store.getEntry('a')?.version, store.getEntry('b')?.version);
  t.is(store.stats().keys, 2);
  await store.close();
  const again = await openAt(t, path);
  t.deepEqual([...again.entries()], expected);
});

test('a record of the longest length fits, one byte more is RECORD_TOO_LARGE', async (t) => {
  const store = await openNew(t, { ...SMALL, keyEncoding: 'utf8', valueEncoding: 'binary' });
  await store.put('a', Uint8Array.of(1));
  // Headers of segment, record and operation, one byte of key, and the trailer after the record.
  const longest = 65536 - 4096 - 8 - 16 - 1 - 32;
  const { sequence } = store.stats();
  const error = await rejectsWith(
    t,
    'RECORD_TOO_LARGE',
    store.put('b', new Uint8Array(longest + 1)),
  );
  t.regex(error.message, /segmentBytes/);
  const operation = { type: 'put', key: 'b', value: new Uint8Array(longest) } as const;
  await rejectsWith(t, 'RECORD_TOO_LARGE', store.batch([operation]));
  await rejectsWith(t, 'RECORD_TOO_LARGE', store.commit({ offsets: {} }, [operation]));
  const conditional = store.put('b', new Uint8Array(longest + 1), { ifAbsent: true });
  await rejectsWith(t, 'RECORD_TOO_LARGE', conditional);
  t.is(store.stats().sequence, sequence);
  const value = new Uint8Array(longest).fill(7);
  await store.put('b', value);
  t.deepEqual(store.get('b'), value);
  const { path } = store;
  await store.close();
  const again = await openAt(t, path, { ...SMALL, keyEncoding: 'utf8', valueEncoding: 'binary' });
  t.deepEqual(again.get('b'), value);
  t.deepEqual([...(again.get('a') ?? [])], [1]);
});
