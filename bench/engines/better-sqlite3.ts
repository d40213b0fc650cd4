// better-sqlite3: prepared statements, pluck() for one column, raw().all() for ranges.

import type { EngineModule } from './engine.js';
import { requireRival, rivalVersion } from './engine.js';
import type { Entry, SqliteConnection } from './sqlite.js';
import { makeSqliteEngine, sqlitePath } from './sqlite.js';

interface Statement {
  pluck(): Statement;
  raw(): Statement;
  get(key: string): unknown;
  all(from: string, count: number): unknown[];
  run(key: string, value: Uint8Array): unknown;
}

interface BetterSqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

type BetterSqlite = new (path: string) => BetterSqliteDatabase;

function connect(path: string): SqliteConnection {
  const Database = requireRival('better-sqlite3') as BetterSqlite;
  const db = new Database(path);
  return {
    exec: (sql) => void db.exec(sql),
    prepareGet(sql) {
      const statement = db.prepare(sql).pluck();
      return (key) => statement.get(key) as Uint8Array | undefined;
    },
    prepareRange(sql) {
      const statement = db.prepare(sql).raw();
      return (from, count) => statement.all(from, count) as Entry[];
    },
    prepareRun(sql) {
      const statement = db.prepare(sql);
      return (key, value) => void statement.run(key, value);
    },
    close: () => db.close(),
  };
}

export const betterSqlite3: EngineModule = {
  name: 'better-sqlite3',
  rival: true,
  isRingFile: () => false,
  async prepare() {
    connect(':memory:').close();
    return rivalVersion('better-sqlite3');
  },
  open: async (directory) => makeSqliteEngine(connect(sqlitePath(directory))),
};
