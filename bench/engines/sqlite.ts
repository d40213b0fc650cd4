// SQLite as a key-value store, for both libraries: WAL, synchronous=FULL, WITHOUT ROWID,
// prepared statements, one transaction for many writes, memory-mapped reads, a large page cache,
// and the exclusive lock that a store of one process may take (it makes reads faster).

import { mkdirSync } from 'node:fs';
import type { Engine, Records } from './engine.js';

export type Entry = [string, Uint8Array];

/** The few calls both libraries share, each in its library's fastest form. */
export interface SqliteConnection {
  exec(sql: string): void;
  prepareGet(sql: string): (key: string) => Uint8Array | undefined;
  prepareRange(sql: string): (from: string, count: number) => Iterable<Entry>;
  prepareRun(sql: string): (key: string, value: Uint8Array) => void;
  close(): void;
}

const SETTINGS = [
  'PRAGMA locking_mode = EXCLUSIVE',
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA cache_size = -262144',
  'PRAGMA mmap_size = 268435456',
  'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID',
];

export function sqlitePath(directory: string): string {
  mkdirSync(directory, { recursive: true });
  return `${directory}/store.sqlite`;
}

export function makeSqliteEngine(db: SqliteConnection): Engine {
  for (const sql of SETTINGS) db.exec(sql);
  const get = db.prepareGet('SELECT value FROM entries WHERE key = ?');
  const select = 'SELECT key, value FROM entries WHERE key';
  const forward = db.prepareRange(`${select} >= ? ORDER BY key LIMIT ?`);
  const backward = db.prepareRange(`${select} <= ? ORDER BY key DESC LIMIT ?`);
  const put = db.prepareRun('INSERT OR REPLACE INTO entries VALUES (?, ?)');
  const inTransaction = (body: () => void): undefined => {
    db.exec('BEGIN IMMEDIATE');
    body();
    db.exec('COMMIT');
    return undefined;
  };
  const putAll = ({ keys, values }: Records): undefined =>
    inTransaction(() => {
      for (let i = 0; i < keys.length; i++) put(keys[i]!, values[i]!);
    });
  return {
    get,
    scan(from, count, reverse, visit) {
      const entries = reverse ? backward(from, count) : forward(from, count);
      for (const [key, value] of entries) visit(key, value);
      return undefined;
    },
    put(key, value) {
      put(key, value);
      return undefined;
    },
    putSync: put,
    load: async (records) => putAll(records),
    batch: putAll,
    window: inTransaction,
    putInWindow: put,
    close: async () => db.close(),
  };
}
