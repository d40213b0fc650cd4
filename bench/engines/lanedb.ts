// LaneDB through its public interface: ordered string keys, binary values; buffered, which is the
// default, and mapped as two engines. A second store with other encodings is opened and used in the
// same process, so that its call sites are as polymorphic as in an application.

import { readFileSync } from 'node:fs';
import type { Engine, EngineModule, OpenOptions } from './engine.js';

interface Range {
  gte?: string;
  lte?: string;
  reverse?: boolean;
  limit?: number;
}

interface Store<V> {
  get(key: string): V | undefined;
  put(key: string, value: V): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  batch(operations: { type: 'put'; key: string; value: V }[]): Promise<void>;
  entries(range: Range): Iterable<[string, V]>;
  flush(): Promise<void>;
  flushSync(): void;
  close(): Promise<void>;
}

interface StoreOptions {
  keyEncoding?: 'utf8';
  valueEncoding: 'binary' | 'msgpack';
  io: 'mapped' | 'buffered';
  memoryBytes: number;
}

interface Library {
  open<V>(path: string, options: StoreOptions): Promise<Store<V>>;
}

type Io = StoreOptions['io'];

const MEMORY_BYTES = 1024 * 1024 * 1024;
const SECOND_STORE_RECORDS = 2000;

async function loadLibrary(): Promise<Library> {
  const specifier: string = '../../src/index.js';
  return (await import(specifier)) as Library;
}

async function openSecondStore(library: Library, path: string, io: Io): Promise<Store<unknown>> {
  const options = { valueEncoding: 'msgpack', keyEncoding: 'utf8', io } as const;
  const store = await library.open<unknown>(path, { ...options, memoryBytes: MEMORY_BYTES });
  for (let i = 0; i < SECOND_STORE_RECORDS; i++) {
    void store.put(`note:${i}:\u00e9`, { id: i, name: `name ${i}`, tags: ['a', 'b'] });
    if (i % 5 === 0) void store.delete(`note:${i >> 1}:\u00e9`);
  }
  let seen = 0;
  for (let i = 0; i < SECOND_STORE_RECORDS; i++) {
    if (store.get(`note:${i}:\u00e9`) !== undefined) seen++;
  }
  for (const [key] of store.entries({ gte: 'note:', limit: 500 })) seen += key.length;
  for (const [key] of store.entries({ reverse: true, limit: 500 })) seen += key.length;
  if (seen === 0) throw new Error('the second store is empty');
  await store.flush();
  return store;
}

function makeEngine(store: Store<Uint8Array>, second: Store<unknown> | undefined): Engine {
  return {
    get: (key) => store.get(key),
    scan(from, count, reverse, visit) {
      const range = reverse
        ? { lte: from, reverse: true, limit: count }
        : { gte: from, limit: count };
      for (const [key, value] of store.entries(range)) visit(key, value);
      return undefined;
    },
    put: (key, value) => store.put(key, value),
    putSync(key, value) {
      void store.put(key, value);
      store.flushSync();
    },
    async load({ keys, values }) {
      for (let i = 0; i < keys.length; i++) void store.put(keys[i]!, values[i]!);
      await store.flush();
    },
    batch: ({ keys, values }) =>
      store.batch(keys.map((key, i) => ({ type: 'put', key, value: values[i]! }))),
    window(body) {
      body();
      return store.flush();
    },
    putInWindow: (key, value) => void store.put(key, value),
    async close() {
      await store.close();
      await second?.close();
    },
  };
}

function makeModule(name: string, io: Io): EngineModule {
  return {
    name,
    rival: false,
    isRingFile: (file) => file.startsWith('wal-') || file.startsWith('preparing-'),
    async prepare() {
      await loadLibrary();
      const manifest: unknown = JSON.parse(
        readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
      );
      return (manifest as { version: string }).version;
    },
    async open(directory: string, { withSecondStore }: OpenOptions) {
      const library = await loadLibrary();
      const options = { valueEncoding: 'binary', io, memoryBytes: MEMORY_BYTES } as const;
      const second = withSecondStore
        ? await openSecondStore(library, `${directory}-second`, io)
        : undefined;
      return makeEngine(await library.open<Uint8Array>(directory, options), second);
    },
  };
}

export const lanedb = makeModule('lanedb', 'buffered');
export const lanedbMapped = makeModule('lanedb-mapped', 'mapped');
