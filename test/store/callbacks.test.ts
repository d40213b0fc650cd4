// Code of the caller that runs inside a call - getters, toJSON, encoders, decoders - and calls back
// into the store: both calls do what they say, and nothing of one ends up in the other.

import test from 'ava';

import type { Key, Operation, Store } from '../../src/index.js';
import { openAt, openInMemory, openNew, rejectsWith, SMALL } from '../support/stores.js';

/** A key whose last element runs `call` when it is read. */
function callingKey(name: string, call: () => void): Key {
  const key: Key[] = [name, 1, 2];
  Object.defineProperty(key, 1, {
    get: () => {
      call();
      return 1;
    },
  });
  return key;
}

async function reopened(t: Parameters<typeof openAt>[0], store: Store<Key, unknown>, options = {}) {
  const before = [...store.entries()];
  await store.close();
  const again = await openAt(t, store.path, options);
  t.deepEqual([...again.entries()], before);
  return again;
}

for (const valueEncoding of ['msgpack', 'json'] as const) {
  test(`getters in values may write, read and scan: both values are whole (${valueEncoding})`, async (t) => {
    const store = await openNew(t, { ...SMALL, valueEncoding });
    const long = 'long '.repeat(300);
    for (let round = 0; round < 100; round++) {
      void store.put(round, {
        first: 'first',
        get nested() {
          void store.put(['nested', round], { round, long, list: [1, { two: 2 }] });
          void store.put(['text', round], long);
          void store.batch([{ type: 'put', key: ['batch', round], value: [round] }]);
          return store.get(['nested', round]);
        },
        get seen() {
          return [...store.keys({ prefix: ['text'], reverse: true, limit: 1 })];
        },
        last: `last ${round}`,
      });
    }
    t.is(store.count(), 400);
    for (let round = 0; round < 100; round++) {
      t.deepEqual(store.get(round), {
        first: 'first',
        nested: { round, long, list: [1, { two: 2 }] },
        seen: [['text', round]],
        last: `last ${round}`,
      });
      t.is(store.get(['text', round]), long);
    }
    const again = await reopened(t, store, { ...SMALL, valueEncoding });
    t.is(again.count(), 400);
  });
}

test('toJSON may put, delete and run a transaction', async (t) => {
  const store = await openNew(t, { valueEncoding: 'json' });
  await store.put('gone', 1);
  const inner = {
    toJSON: () => {
      void store.put('innermost', 3);
      return 2;
    },
  };
  const value = {
    toJSON: () => {
      void store.put('inner', inner);
      void store.delete('gone');
      store.transaction((tx) => tx.put('transaction', tx.get('inner')));
      return { outer: store.get('innermost') };
    },
  };
  await store.put('outer', value);
  await store.put('conditional', value, { ifAbsent: true });
  await store.batch([
    { type: 'put', key: 'batch', value },
    { type: 'put', key: 'plain', value: 1 },
  ]);
  await store.commit({ offsets: {} }, [{ type: 'put', key: 'commit', value }]);
  const again = await reopened(t, store as Store<Key, unknown>, { valueEncoding: 'json' });
  for (const key of ['outer', 'conditional', 'batch', 'commit']) {
    t.deepEqual(again.get(key), { outer: 3 });
  }
  t.is(again.get('inner'), 2);
  t.is(again.get('transaction'), 2);
  t.is(again.count(), 8);
});

test('getters in keys may write and read: both keys are whole', async (t) => {
  const store = await openNew(t, SMALL);
  const call = () => {
    void store.put(['a much longer key than the outer one', 'x'.repeat(500)], 'inner');
    void store.get(['something', 'else']);
    void [...store.keys({ gt: ['b'] })];
  };
  await store.put(callingKey('put', call), 'outer');
  await store.put(callingKey('conditional', call), 'outer', { ifAbsent: true });
  await store.batch([
    { type: 'put', key: callingKey('batch', call), value: 'outer' },
    { type: 'put', key: 'plain', value: 'outer' },
    { type: 'delete', key: callingKey('missing', call) },
  ]);
  t.is(store.get(callingKey('put', call)), 'outer');
  t.true(store.has(callingKey('conditional', call)));
  t.is(store.getEntry(callingKey('batch', call))?.value, 'outer');
  t.deepEqual(store.getMany([callingKey('put', call), 'plain', callingKey('no', call)]), [
    'outer',
    'outer',
    undefined,
  ]);
  t.deepEqual(
    [...store.keys({ gte: callingKey('put', call), lte: callingKey('put', call) })],
    [['put', 1, 2]],
  );
  t.is(store.count({ prefix: callingKey('batch', call) }), 1);
  t.is(store.count(), 5);
  await store.delete(callingKey('put', call));
  t.is(store.count(), 4);
  await reopened(t, store as Store<Key, unknown>, SMALL);
});

test('getMany gives one moment, though its keys write', async (t) => {
  const store = await openInMemory(t);
  await store.put('a', 0);
  await store.put(['k', 1, 2], 'k');
  let writes = 0;
  const key = callingKey('k', () => void store.put('a', ++writes));
  t.deepEqual(store.getMany(['a', key, 'a', key, 'a']), [0, 'k', 0, 'k', 0]);
  t.is(store.get('a'), writes);
  const keys: Key[] = ['a'];
  Object.defineProperty(keys, 1, { enumerable: true, get: () => keys.push('a') });
  keys.length = 3;
  t.notThrows(() => store.getMany(keys.slice(0, 1)));
});

test('an encoder may use the store, nested as deep as it likes', async (t) => {
  const depths: number[] = [];
  const store = await openInMemory(t, {
    valueEncoding: {
      encode: (depth: number): Uint8Array => {
        depths.push(depth);
        if (depth > 0) {
          void store.put(`depth ${depth - 1}`, depth - 1);
          depths.push(store.get(`depth ${depth - 1}`) ?? -1);
          void store.getMany(['depth 0', 'depth 1']);
        }
        return Uint8Array.of(depth);
      },
      decode: (bytes: Uint8Array): number => {
        if (bytes[0] === 3) void store.get('depth 2');
        return bytes[0] ?? -1;
      },
    },
  });
  await store.put('depth 5', 5);
  t.deepEqual([...store.values()], [0, 1, 2, 3, 4, 5]);
  t.deepEqual([...store.entries({ reverse: true, limit: 1 })], [['depth 5', 5]]);
  t.is(depths.length, 11);
});

test('an encoder that closes the store ends the call with STORE_CLOSED', async (t) => {
  const store = await openNew(t, { valueEncoding: 'json' });
  await store.put('a', 1);
  let closed: Promise<void> | undefined;
  const value = {
    toJSON: () => {
      closed = store.close();
      return 1;
    },
  };
  await rejectsWith(t, 'STORE_CLOSED', store.put('b', value));
  await closed;
  const again = await openAt(t, store.path, { valueEncoding: 'json' });
  t.deepEqual([...again.keys()], ['a']);
});

test('an encoder that begins a transaction of its own does not end up in the outer one', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'json' });
  const value = {
    toJSON: () => {
      const error = t.throws(() => store.transaction((tx) => tx.put('inner', 1)));
      return (error as NodeJS.ErrnoException).code;
    },
  };
  store.transaction((tx) => tx.put('outer', value));
  t.deepEqual([...store.entries()], [['outer', 'TRANSACTION_ACTIVE']]);
});

test('an encoder cannot make its batch grow for ever', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'json' });
  const operations: Operation<Key, unknown>[] = [];
  const value = {
    toJSON: () => {
      operations.push({ type: 'put', key: operations.length, value });
      return 'grows';
    },
  };
  operations.push({ type: 'put', key: 'a', value }, { type: 'put', key: 'b', value });
  await store.batch(operations);
  t.deepEqual([...store.keys()], ['a', 'b']);
});

test('an encoder that empties its batch has it refused whole', async (t) => {
  const store = await openInMemory(t, { valueEncoding: 'json' });
  const operations: Operation<Key, unknown>[] = [];
  const value = {
    toJSON: () => {
      operations.length = 0;
      return 1;
    },
  };
  operations.push({ type: 'put', key: 'a', value }, { type: 'put', key: 'b', value });
  await t.throwsAsync(store.batch(operations), { instanceOf: TypeError });
  t.is(store.count(), 0);
  await store.put('goes on', 1);
});

test('a value changed after the call is stored as it was at the call', async (t) => {
  const store = await openInMemory(t);
  const value = { list: [1, 2] };
  const key = ['a', 'b'];
  const written = store.put(key, value);
  value.list.push(3);
  key[1] = 'changed';
  await written;
  t.deepEqual(store.get(['a', 'b']), { list: [1, 2] });
  t.false(store.has(['a', 'changed']));
});
