// The types of keys and values follow the encodings: this file does not compile if they do not.

import test from 'ava';

import type {
  Entry,
  Key,
  OpenOptions,
  Operation,
  RangeView,
  Snapshot,
  Store,
  Transaction,
} from '../../src/index.js';
import { open } from '../../src/index.js';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Point {
  x: number;
}

const points = {
  name: 'point',
  encode: (value: Point): Uint8Array => Uint8Array.of(value.x),
  decode: (bytes: Uint8Array): Point => ({ x: bytes[0] ?? 0 }),
};

/** Compiles only if every element is true. */
function holds(...facts: true[]): number {
  return facts.length;
}

/** Never called: only its types matter. */
async function stores() {
  return {
    byDefault: await open('path'),
    empty: await open('path', {}),
    json: await open('path', { valueEncoding: 'json' }),
    utf8: await open('path', { keyEncoding: 'utf8', valueEncoding: 'utf8' }),
    binary: await open('path', { keyEncoding: 'binary', valueEncoding: 'binary' }),
    custom: await open('path', { valueEncoding: points }),
    inline: await open('path', {
      keyEncoding: 'utf8',
      valueEncoding: {
        encode: (value: bigint) => Uint8Array.of(Number(value)),
        decode: (bytes: Uint8Array) => BigInt(bytes[0] ?? 0),
      },
    }),
  };
}

type Stores = Awaited<ReturnType<typeof stores>>;

test('the types of a store follow its encodings', (t) => {
  const facts = holds(
    true satisfies Same<Stores['byDefault'], Store<Key, unknown>>,
    true satisfies Same<Stores['empty'], Store<Key, unknown>>,
    true satisfies Same<Stores['json'], Store<Key, unknown>>,
    true satisfies Same<Stores['utf8'], Store<string, string>>,
    true satisfies Same<Stores['binary'], Store<Uint8Array, Uint8Array>>,
    true satisfies Same<Stores['custom'], Store<Key, Point>>,
    true satisfies Same<Stores['inline'], Store<string, bigint>>,
  );
  t.is(facts, 7);
});

type Reads = Store<string, Point>;

test('what is read has the types of the store', (t) => {
  const facts = holds(
    true satisfies Same<ReturnType<Reads['get']>, Point | undefined>,
    true satisfies Same<ReturnType<Reads['getMany']>, (Point | undefined)[]>,
    true satisfies Same<ReturnType<Reads['getEntry']>, Entry<Point> | undefined>,
    true satisfies Same<ReturnType<Reads['has']>, boolean>,
    true satisfies Same<ReturnType<Reads['entries']>, RangeView<[string, Point]>>,
    true satisfies Same<ReturnType<Reads['keys']>, RangeView<string>>,
    true satisfies Same<ReturnType<Reads['values']>, RangeView<Point>>,
    true satisfies Same<ReturnType<Reads['snapshot']>, Snapshot<string, Point>>,
    true satisfies Same<ReturnType<Reads['put']>, Promise<boolean>>,
    true satisfies Same<ReturnType<Reads['batch']>, Promise<void>>,
    true satisfies Same<ReturnType<Snapshot<string, Point>['get']>, Point | undefined>,
    true satisfies Same<ReturnType<Transaction<string, Point>['get']>, Point | undefined>,
    true satisfies Same<ReturnType<Transaction<string, Point>['put']>, boolean>,
  );
  t.is(facts, 13);
});

/** Never called: each line must not compile. */
function mistakes({ utf8, binary, custom, byDefault }: Stores): unknown[] {
  return [
    // @ts-expect-error a key of the encoding utf8 is a string
    () => utf8.get(5),
    // @ts-expect-error a value of the encoding utf8 is a string
    () => utf8.put('a', 5),
    // @ts-expect-error a key of the encoding binary is a Uint8Array
    () => binary.get('a'),
    // @ts-expect-error a value of the encoding binary is a Uint8Array
    () => binary.put(Uint8Array.of(1), 'a'),
    // @ts-expect-error the encoding's own type
    () => custom.put('a', { y: 1 }),
    // @ts-expect-error a symbol is no key
    () => byDefault.get(Symbol('s')),
    // @ts-expect-error an object is no key
    () => byDefault.get({ a: 1 }),
    // @ts-expect-error a missing key gives undefined
    (): Point => custom.get('a'),
    // @ts-expect-error a bound is a key
    () => utf8.entries({ gte: 5 }),
    // @ts-expect-error a delete has no value
    () => utf8.batch([{ type: 'delete', key: 'a', value: 'a' }]),
    // @ts-expect-error a put has a value
    () => utf8.batch([{ type: 'put', key: 'a' }]),
    // @ts-expect-error there is no such operation
    () => utf8.batch([{ type: 'insert', key: 'a', value: 'a' }]),
    // @ts-expect-error there is no such option
    () => utf8.put('a', 'a', { ttlMs: 5 }),
    // @ts-expect-error a delete has no such condition
    () => utf8.delete('a', { ifAbsent: true }),
    // @ts-expect-error a snapshot of other types
    () => utf8.keys({ snapshot: binary.snapshot() }),
    // @ts-expect-error keys of a transaction are those of its store
    () => utf8.transaction((tx) => tx.get(5)),
    // @ts-expect-error offsets are numbers
    () => utf8.commit({ offsets: { a: '1' } }),
    // @ts-expect-error there is no such option
    () => open('path', { cacheBytes: 5 }),
    // @ts-expect-error there is no such encoding
    () => open('path', { keyEncoding: 'ascii' }),
    // @ts-expect-error an encoding that cannot decode
    () => open('path', { valueEncoding: { encode: () => new Uint8Array(0) } }),
    // @ts-expect-error an encoder gives bytes
    () => open('path', { valueEncoding: { encode: () => 'text', decode: () => 1 } }),
    // @ts-expect-error the path is a string
    () => open(5),
  ];
}

/** Never called: each line must compile. */
function uses({ utf8, byDefault, custom }: Stores): unknown[] {
  const operations: readonly Operation<string, string>[] = [
    { type: 'put', key: 'a', value: 'b' },
    { type: 'delete', key: 'a' },
    { type: 'delete', key: 'a', value: undefined },
  ];
  const options: OpenOptions = { memoryBytes: 1048576, io: 'buffered', onProgress: () => 1 };
  return [
    () => utf8.batch(operations),
    () => open('path', options),
    () => byDefault.put([null, true, 1, 2n, 'a', new Date(), Uint8Array.of(1), [[]]], undefined),
    () => byDefault.get(['a', 1] as const),
    () => utf8.keys({ snapshot: utf8.snapshot(), prefix: 'a', reverse: true, limit: 5 }),
    () => utf8.transaction((tx) => tx.count()).result.toFixed(),
    (): Promise<void> => utf8.transaction((tx) => tx.put('a', 'b', { ifAbsent: true })).durable,
    () => custom.getEntry('a')?.value.x.toFixed(),
    async () => {
      for await (const [key, value] of custom.entries()) String(key).concat(value.x.toFixed());
    },
  ];
}

test('mistakes do not compile, uses do', (t) => {
  t.is(mistakes.length, 1);
  t.is(uses.length, 1);
});
