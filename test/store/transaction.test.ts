// Transactions: a synchronous body that sees its own writes; all of them or none; nothing beside it.

import test from 'ava';

import type { Store, Transaction } from '../../src/index.js';
import { openInMemory, rejectsWith, throwsWith } from '../support/stores.js';

async function numbers(t: Parameters<typeof openInMemory>[0]) {
  const store = await openInMemory(t);
  for (let key = 0; key < 10; key++) void store.put(key, `old ${key}`);
  return store;
}

test('a body sees its own writes in every way to read, others when it has returned', async (t) => {
  const store = await numbers(t);
  const { result, durable } = store.transaction((tx) => {
    t.true(tx.put(3, 'new 3'));
    t.true(tx.put(2.5, 'new 2.5'));
    t.true(tx.delete(4));
    t.true(tx.delete(77));
    t.is(tx.get(3), 'new 3');
    t.is(tx.get(4), undefined);
    t.is(tx.get(5), 'old 5');
    t.true(tx.has(2.5));
    t.false(tx.has(4));
    t.false(tx.has(77));
    t.true(tx.has(5));
    t.deepEqual(tx.getMany([3, 4, 5]), ['new 3', undefined, 'old 5']);
    t.deepEqual(tx.getEntry(3), { value: 'new 3', version: 0 });
    t.is(tx.getEntry(4), undefined);
    t.deepEqual(tx.getEntry(5), store.getEntry(5));
    t.deepEqual([...tx.keys({ gte: 2, lte: 5 })], [2, 2.5, 3, 5]);
    t.is(tx.count(), 10);
    t.is(store.get(3), 'old 3');
    t.false(store.has(2.5));
    t.is(store.count(), 10);
    return 'result';
  });
  t.is(result, 'result');
  t.is(store.get(3), 'new 3');
  t.deepEqual([...store.keys({ gte: 2, lte: 5 })], [2, 2.5, 3, 5]);
  await durable;
  t.is(store.getEntry(3)?.version, store.getEntry(2.5)?.version);
});

test('a body that throws leaves nothing, and its error comes out', async (t) => {
  const store = await numbers(t);
  const { sequence } = store.stats();
  const reason = new Error('no');
  const thrown = t.throws(() =>
    store.transaction((tx) => {
      tx.put(1, 'changed');
      tx.put('new', 1);
      tx.delete(2);
      throw reason;
    }),
  );
  t.is(thrown, reason);
  t.is(store.get(1), 'old 1');
  t.false(store.has('new'));
  t.true(store.has(2));
  t.is(store.stats().sequence, sequence);
  await store.put(1, 'goes on');
  t.is(store.transaction((tx) => tx.get(1)).result, 'goes on');
});

test('a body that writes nothing takes no sequence and is durable at once', async (t) => {
  const store = await numbers(t);
  const { sequence } = store.stats();
  const { result, durable } = store.transaction((tx) => tx.count());
  t.is(result, 10);
  await durable;
  t.is(store.stats().sequence, sequence);
});

test('writes, flushes and closing beside a running body are refused, reads are not', async (t) => {
  const store = await numbers(t);
  const refused: Promise<unknown>[] = [];
  store.transaction((tx) => {
    tx.put('inside', 1);
    refused.push(
      store.put('beside', 1),
      store.put('beside', 1, { ifAbsent: true }),
      store.delete(1),
      store.batch([{ type: 'delete', key: 1 }]),
      store.commit({ offsets: {} }),
      store.clear(),
      store.flush(),
      store.close(),
    );
    throwsWith(t, 'TRANSACTION_ACTIVE', () => store.transaction(() => 1));
    throwsWith(t, 'TRANSACTION_ACTIVE', () => store.flushSync());
    t.is(store.get(1), 'old 1');
    t.is(store.count(), 10);
    using snapshot = store.snapshot();
    t.false(snapshot.has('inside'));
    t.is(store.stats().keys, 10);
  });
  for (const promise of refused) await rejectsWith(t, 'TRANSACTION_ACTIVE', promise);
  t.deepEqual([...store.keys({ gt: 9 })], ['inside']);
});

test('an asynchronous body is refused and rolled back, whatever it does later', async (t) => {
  const store = await numbers(t);
  const later: unknown[] = [];
  const body = async (tx: Transaction<unknown, unknown>): Promise<void> => {
    tx.put('before', 1);
    await null;
    try {
      tx.put('after', 1);
    } catch (error) {
      later.push(error);
      throw error;
    }
  };
  t.throws(() => store.transaction(body as never), {
    instanceOf: TypeError,
    message: /synchronous/,
  });
  await new Promise(setImmediate);
  throwsWith(t, 'TRANSACTION_ACTIVE', () => {
    throw later[0];
  });
  t.false(store.has('before'));
  t.false(store.has('after'));
  await store.put('goes on', 1);
});

test('a transaction is of no use after its end, nor is a range of it', async (t) => {
  const store = await numbers(t);
  let kept: Transaction<unknown, unknown> | undefined;
  let range: Iterable<unknown> = [];
  let iterator: Iterator<unknown> | undefined;
  t.throws(() =>
    store.transaction((tx) => {
      kept = tx as Transaction<unknown, unknown>;
      tx.put('rolled back', 1);
      range = tx.keys();
      iterator = tx.entries()[Symbol.iterator]();
      iterator.next();
      throw new Error('no');
    }),
  );
  const ended = kept as Transaction<unknown, unknown>;
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.get(1));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.getMany([1]));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.getEntry(1));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.has(1));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.put(1, 1));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.delete(1));
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.entries());
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.keys());
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.values());
  throwsWith(t, 'TRANSACTION_ACTIVE', () => ended.count());
  throwsWith(t, 'TRANSACTION_ACTIVE', () => [...range]);
  throwsWith(t, 'TRANSACTION_ACTIVE', () => iterator?.next());
});

test('conditions in a body compare with what it started from and with its own writes', async (t) => {
  const store = await numbers(t);
  const version = store.getEntry(1)?.version ?? 0;
  store.transaction((tx) => {
    t.false(tx.put(1, 'x', { ifAbsent: true }));
    t.false(tx.put(1, 'x', { ifVersion: version + 1 }));
    t.false(tx.put(1, 'x', { ifVersion: 0 }));
    t.false(tx.delete(1, { ifVersion: version + 1 }));
    t.true(tx.put(1, 'first', { ifVersion: version }));
    t.false(tx.put(1, 'second', { ifVersion: version }));
    t.false(tx.put(1, 'second', { ifAbsent: true }));
    t.true(tx.put('new', 1, { ifAbsent: true }));
    t.false(tx.put('new', 2, { ifAbsent: true }));
    t.true(tx.delete('new'));
    t.true(tx.put('new', 3, { ifVersion: 0 }));
    t.true(tx.put('new', 4, {}));
    t.throws(() => tx.put('new', 5, { ifversion: 1 } as object), { instanceOf: TypeError });
    t.throws(() => tx.delete('new', { ifAbsent: true } as object), { instanceOf: TypeError });
    t.throws(() => tx.put('new', 5, { ifVersion: -1 }), { instanceOf: RangeError });
  });
  t.is(store.get(1), 'first');
  t.is(store.get('new'), 4);
});

test('a transaction and conditional writes see each other: no update is lost', async (t) => {
  const store = await openInMemory(t);
  await store.put('count', 0);
  const before = store.getEntry('count')?.version ?? 0;
  store.transaction((tx) => tx.put('count', (tx.get('count') as number) + 1));
  t.false(await store.put('count', 100, { ifVersion: before }));
  const entry = store.getEntry('count');
  t.true(await store.put('count', 10, { ifVersion: entry?.version ?? 0 }));
  const { result } = store.transaction((tx) => {
    const found = tx.getEntry('count');
    return [found?.value, tx.put('count', 11, { ifVersion: entry?.version ?? 0 })];
  });
  t.deepEqual(result, [10, false]);
  t.is(store.get('count'), 10);
});

test('mistakes in a body are its errors; caught, it goes on without them', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'json' });
  const { result } = store.transaction((tx) => {
    t.throws(() => tx.put(Symbol('s') as never, 1), { instanceOf: TypeError });
    t.throws(() => tx.put('x'.repeat(2000), 1), { instanceOf: RangeError });
    t.throws(() => tx.put('f', () => 1), { instanceOf: TypeError, message: /"f"/ });
    throwsWith(t, 'VALUE_INVALID', () => tx.put('j', { toJSON: () => fail() }));
    t.throws(() => tx.get(Number.NaN), { instanceOf: TypeError });
    tx.put('good', 1);
    return tx.count();
  });
  t.is(result, 1);
  t.deepEqual([...store.keys()], ['good']);
  t.throws(() => store.transaction(5 as never), { instanceOf: TypeError, message: /function/ });
});

test('keys and values that call back into the transaction disturb nothing', async (t) => {
  const store = await numbers(t);
  store.transaction((tx) => {
    tx.put(['a', 'b'], 'pair');
    const key = ['a', ''];
    Object.defineProperty(key, 1, {
      get: () => {
        tx.get('a much longer key than the outer one');
        tx.put('from a key', 1);
        return 'b';
      },
    });
    t.is(tx.get(key), 'pair');
    t.true(tx.has(key));
    tx.put('outer', {
      first: 'first',
      get nested() {
        tx.put('from a value', { list: [1, 2, 3] });
        return tx.get('from a value');
      },
      last: 'last',
    });
    tx.put(key, 'changed');
    tx.delete(key);
  });
  t.deepEqual(store.get('outer'), { first: 'first', nested: { list: [1, 2, 3] }, last: 'last' });
  t.deepEqual(store.get('from a value'), { list: [1, 2, 3] });
  t.is(store.get('from a key'), 1);
  t.false(store.has(['a', 'b']));
  t.is(store.count(), 13);
});

test('a transaction too large for a record is rolled back whole', async (t) => {
  const store = await openInMemory(t, { memoryBytes: 1048576, segmentBytes: 65536 });
  await store.put('a', 1);
  const error = throwsWith(t, 'RECORD_TOO_LARGE', () =>
    store.transaction((tx) => {
      for (let key = 0; key < 100; key++) tx.put(key, 'x'.repeat(1000));
    }),
  );
  t.regex(error.message, /segmentBytes/);
  t.deepEqual([...store.keys()], ['a']);
  store.transaction((tx) => tx.put('b', 1));
  t.is(store.count(), 2);
});

test('values that a body reads are its own', async (t) => {
  const store: Store<string, Uint8Array> = await openInMemory(t, {
    keyEncoding: 'utf8',
    valueEncoding: 'binary',
  });
  await store.put('stored', Uint8Array.of(1, 2));
  store.transaction((tx) => {
    const given = Uint8Array.of(3, 4);
    tx.put('put', given);
    given[0] = 99;
    for (const key of ['stored', 'put']) {
      const before = [...(tx.get(key) ?? [])];
      tx.get(key)?.fill(99);
      t.deepEqual([...(tx.get(key) ?? [])], before);
    }
  });
  t.deepEqual([...(store.get('put') ?? [])], [3, 4]);
});

function fail(): never {
  throw new Error('fails');
}
