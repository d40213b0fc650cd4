// Ranges: bounds, direction, limit and prefix; iterators over one view, whatever is written meanwhile.

import test from 'ava';

import type { Key, RangeOptions, Store } from '../../src/index.js';
import { openInMemory, throwsWith } from '../support/stores.js';

async function letters(t: Parameters<typeof openInMemory>[0], text = 'abcdefgh') {
  const store = await openInMemory(t);
  for (const letter of text) void store.put(letter, letter.toUpperCase());
  return store;
}

function keysOf(store: Store<Key, unknown>, range?: RangeOptions<Key>): string {
  return [...store.keys(range)].join('');
}

test('a range lies between its bounds, and begins or ends with them if they say so', async (t) => {
  const store = await letters(t);
  t.is(keysOf(store), 'abcdefgh');
  t.is(keysOf(store, { gt: 'b', lt: 'e' }), 'cd');
  t.is(keysOf(store, { gte: 'b', lte: 'e' }), 'bcde');
  t.is(keysOf(store, { gt: 'bb' }), 'cdefgh');
  t.is(keysOf(store, { lte: 'bb' }), 'ab');
  t.is(keysOf(store, { gte: 'e', lt: 'b' }), '');
  t.is(keysOf(store, { gt: 'c', lt: 'c' }), '');
  t.is(keysOf(store, { gte: 'c', lte: 'c' }), 'c');
  t.is(store.count({ gt: 'b', lte: 'e' }), 3);
});

test('a range in reverse has the same keys in the opposite order', async (t) => {
  const store = await letters(t);
  t.is(keysOf(store, { reverse: true }), 'hgfedcba');
  t.is(keysOf(store, { gt: 'b', lt: 'e', reverse: true }), 'dc');
  t.is(keysOf(store, { gte: 'b', lte: 'e', reverse: true }), 'edcb');
  t.is(keysOf(store, { gt: 'b', reverse: true, limit: 2 }), 'hg');
});

test('a limit ends a range; none and infinity do not', async (t) => {
  const store = await letters(t);
  t.is(keysOf(store, { limit: 0 }), '');
  t.is(keysOf(store, { limit: 3 }), 'abc');
  t.is(keysOf(store, { limit: 100 }), 'abcdefgh');
  t.is(keysOf(store, { limit: Number.POSITIVE_INFINITY }), 'abcdefgh');
  t.is(store.count({ limit: 3 }), 3);
  t.is(store.count({ limit: 0 }), 0);
});

test('limits around the length of a run of the cursor are exact', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 700; key++) void store.put(key, key);
  for (const limit of [1, 15, 16, 17, 63, 64, 65, 79, 80, 81, 255, 256, 257, 335, 336, 337, 700]) {
    const expected = Array.from({ length: limit }, (_, index) => index);
    t.deepEqual([...store.keys({ limit })], expected);
    t.deepEqual(
      [...store.values({ limit, reverse: true })],
      expected.map((key) => 699 - key),
    );
  }
});

test('null is a bound like any other key', async (t) => {
  const store = await letters(t, 'ab');
  void store.put(null, 'none');
  t.deepEqual([...store.keys({ lte: null })], [null]);
  t.deepEqual([...store.keys({ gte: null })], [null, 'a', 'b']);
  t.deepEqual([...store.keys({ gt: null })], ['a', 'b']);
  t.deepEqual([...store.keys({ lt: null })], []);
  t.throws(() => store.keys({ prefix: 'a', lt: null }), { instanceOf: TypeError });
});

test('a prefix gives the keys that begin with it', async (t) => {
  const store = await openInMemory(t);
  for (const key of [
    '',
    'a',
    'ab',
    'abc',
    'b',
    5,
    ['a'],
    ['a', 1],
    ['a', 1, 2],
    ['ab'],
    ['b', 1],
  ]) {
    void store.put(key, 0);
  }
  t.deepEqual([...store.keys({ prefix: 'ab' })], ['ab', 'abc']);
  t.deepEqual([...store.keys({ prefix: '' })], ['', 'a', 'ab', 'abc', 'b']);
  t.deepEqual([...store.keys({ prefix: ['a'] })], [['a'], ['a', 1], ['a', 1, 2]]);
  t.deepEqual([...store.keys({ prefix: ['a'], reverse: true, limit: 1 })], [['a', 1, 2]]);
  t.is(store.count({ prefix: [] }), 5);
  t.throws(() => store.keys({ prefix: 5 }), { instanceOf: TypeError });
  t.throws(() => store.keys({ prefix: null }), { instanceOf: TypeError });
});

test('a prefix of the greatest bytes has no upper end to miss', async (t) => {
  const store = await openInMemory(t, { keyEncoding: 'binary', valueEncoding: 'utf8' });
  for (const bytes of [[0xfe], [0xff], [0xff, 0xff], [0xff, 0xff, 0xff], [0xff, 0xff, 0]]) {
    void store.put(Uint8Array.from(bytes), '');
  }
  const found = [...store.keys({ prefix: Uint8Array.of(0xff, 0xff) })];
  t.deepEqual(
    found.map((key) => [...key]),
    [
      [0xff, 0xff],
      [0xff, 0xff, 0],
      [0xff, 0xff, 0xff],
    ],
  );
  t.is(store.count({ prefix: new Uint8Array(0) }), 5);
});

test('options of a range are checked when it is made', async (t) => {
  const store = await letters(t);
  const wrong: [object, string][] = [
    [{ gte: 'a', gt: 'a' }, 'gt and gte'],
    [{ lte: 'a', lt: 'a' }, 'lt and lte'],
    [{ prefix: 'a', gt: 'a' }, 'prefix'],
    [{ reverse: 1 }, 'reverse'],
    [{ limit: '1' }, 'limit'],
    [{ start: 'a' }, 'start'],
    [{ snapshot: {} }, 'snapshot'],
    [{ gt: Symbol('s') }, 'the key'],
    [{ gt: Number.NaN }, 'the key'],
  ];
  for (const [range, name] of wrong) {
    for (const call of ['entries', 'keys', 'values', 'count'] as const) {
      const error = t.throws(() => store[call](range as RangeOptions<Key>));
      t.true(error instanceof TypeError, `${call} ${name}`);
      t.true(error.message.includes(name), `${error.message} names ${name}`);
    }
    await t.throwsAsync(store.clear(range as RangeOptions<Key>), { instanceOf: TypeError });
  }
  for (const limit of [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
    t.throws(() => store.keys({ limit }), { instanceOf: RangeError, message: /limit/ });
  }
  t.throws(() => store.keys({ gt: 'x'.repeat(1024) }), { instanceOf: RangeError, message: /1024/ });
  t.throws(() => store.keys(5 as unknown as RangeOptions<Key>), { instanceOf: TypeError });
  t.is(store.count(), 8);
});

test('an option that is undefined is an option not given', async (t) => {
  const store = await letters(t);
  const none = { gt: undefined, gte: undefined, lt: undefined, lte: undefined, prefix: undefined };
  const rest = { reverse: undefined, limit: undefined, snapshot: undefined };
  t.is(store.count({ ...none, ...rest }), 8);
  t.is([...store.keys({ ...none, ...rest })].length, 8);
});

test('a view is iterated again and again, synchronously or not, with the same result', async (t) => {
  const store = await letters(t, 'abc');
  const view = store.entries();
  const expected = [
    ['a', 'A'],
    ['b', 'B'],
    ['c', 'C'],
  ];
  t.deepEqual([...view], expected);
  void store.put('b', 'changed');
  void store.put('bb', 'new');
  await store.delete('c');
  t.deepEqual([...view], expected);
  const seen: unknown[] = [];
  for await (const entry of view) seen.push(entry);
  t.deepEqual(seen, expected);
  const one = view[Symbol.iterator]();
  const other = view[Symbol.iterator]();
  t.deepEqual(one.next().value, expected[0]);
  t.deepEqual(other.next().value, expected[0]);
  t.deepEqual([...one], expected.slice(1));
  t.deepEqual([...other], expected.slice(1));
});

test('a loop that is left early ends its iterator', async (t) => {
  const store = await letters(t);
  const iterator = store.keys()[Symbol.iterator]();
  for (const key of iterator) {
    if (key === 'c') break;
  }
  t.deepEqual(iterator.next(), { done: true, value: undefined });
  const later = store.keys()[Symbol.asyncIterator]();
  for await (const key of later) {
    if (key === 'c') break;
  }
  t.deepEqual(await later.next(), { done: true, value: undefined });
  const ended = store.keys({ limit: 1 })[Symbol.iterator]();
  t.deepEqual(ended.next(), { done: false, value: 'a' });
  t.deepEqual(ended.next(), { done: true, value: undefined });
  t.deepEqual(ended.next(), { done: true, value: undefined });
});

test('a loop that writes for ever ends with its view, forward and in reverse', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 1000; key++) void store.put(key, 0);
  let steps = 0;
  for (const key of store.keys()) {
    void store.put((key as number) + 1000 + steps / 10_000, 1);
    void store.put(key, 'changed');
    steps++;
  }
  t.is(steps, 1000);
  for (const key of store.keys({ reverse: true })) {
    void store.put(-1 - (key as number) - steps / 10_000, 1);
    void store.delete(key);
    steps++;
  }
  t.is(steps, 3000);
  t.is(store.count(), 2000);
  for await (const key of store.keys({ limit: 500 })) {
    void store.put([key], 1);
    steps++;
  }
  t.is(steps, 3500);
});

test('a loop may delete what it stands on and all around it', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 3000; key++) void store.put(key, `value ${key}`);
  let expected = 0;
  for (const [key, value] of store.entries()) {
    t.is(key, expected);
    t.is(value, `value ${expected}`);
    if (expected++ % 500 === 0) await store.clear();
  }
  t.is(expected, 3000);
  t.is(store.count(), 0);
});

test('a range over a great many deleted keys gives what is left', async (t) => {
  const store = await openInMemory(t);
  for (let key = 0; key < 20_000; key++) void store.put(key, key);
  for (let key = 1; key < 19_999; key++) void store.delete(key);
  t.deepEqual([...store.keys()], [0, 19_999]);
  t.deepEqual([...store.keys({ reverse: true })], [19_999, 0]);
  t.deepEqual([...store.keys({ gt: 0, limit: 1 })], [19_999]);
});

test('an iterator of a closed store ends with STORE_CLOSED at its next step', async (t) => {
  const store = await letters(t);
  const view = store.entries();
  const iterator = view[Symbol.iterator]();
  const later = view[Symbol.asyncIterator]();
  iterator.next();
  await later.next();
  await store.close();
  throwsWith(t, 'STORE_CLOSED', () => iterator.next());
  throwsWith(t, 'STORE_CLOSED', () => [...view]);
  const rejected = await later.next().then(undefined, (error: unknown) => error);
  throwsWith(t, 'STORE_CLOSED', () => {
    throw rejected;
  });
});
