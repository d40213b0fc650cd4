// lmdb: putSync inside transactionSync for many writes, put (acknowledged after its fdatasync)
// for single ones, getBinary (own bytes), getRange.

import type { Engine, EngineModule, Records } from './engine.js';
import { requireRival, rivalVersion } from './engine.js';

interface LmdbDatabase {
  getBinary(key: string): Uint8Array | undefined;
  getRange(options: { start: string; limit: number; reverse: boolean }): Iterable<{
    key: string;
    value: Uint8Array;
  }>;
  put(key: string, value: Uint8Array): Promise<boolean>;
  putSync(key: string, value: Uint8Array): void;
  transactionSync(body: () => void): void;
  readonly flushed: PromiseLike<boolean>;
  close(): Promise<void>;
}

interface Lmdb {
  open(options: { path: string; encoding: 'binary' }): LmdbDatabase;
}

function putAll(db: LmdbDatabase, records: Records): undefined {
  const { keys, values } = records;
  db.transactionSync(() => {
    for (let i = 0; i < keys.length; i++) db.putSync(keys[i]!, values[i]!);
  });
  return undefined;
}

function makeEngine(db: LmdbDatabase): Engine {
  return {
    get: (key) => db.getBinary(key),
    scan(from, count, reverse, visit) {
      for (const { key, value } of db.getRange({ start: from, limit: count, reverse })) {
        visit(key, value);
      }
      return undefined;
    },
    put: (key, value) => db.put(key, value),
    putSync: (key, value) => db.putSync(key, value),
    async load(records) {
      putAll(db, records);
      await db.flushed;
    },
    batch: (records) => putAll(db, records),
    window(body) {
      db.transactionSync(body);
      return undefined;
    },
    putInWindow: (key, value) => db.putSync(key, value),
    close: () => db.close(),
  };
}

export const lmdb: EngineModule = {
  name: 'lmdb',
  rival: true,
  isRingFile: () => false,
  async prepare() {
    requireRival('lmdb');
    return rivalVersion('lmdb');
  },
  async open(directory) {
    const library = requireRival('lmdb') as Lmdb;
    return makeEngine(library.open({ path: directory, encoding: 'binary' }));
  },
};
