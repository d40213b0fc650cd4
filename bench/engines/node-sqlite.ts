// node:sqlite, where this Node has it: prepared statements, array rows where supported.

import { createRequire } from 'node:module';
import type { EngineModule } from './engine.js';
import type { Entry, SqliteConnection } from './sqlite.js';
import { makeSqliteEngine, sqlitePath } from './sqlite.js';

interface Statement {
  get(key: string): unknown;
  all(from: string, count: number): unknown[];
  run(key: string, value: Uint8Array): unknown;
  setReturnArrays?(enabled: boolean): void;
}

interface NodeSqlite {
  DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): Statement;
    close(): void;
  };
}

const require = createRequire(import.meta.url);

function connect(path: string): SqliteConnection {
  const { DatabaseSync } = require('node:sqlite') as NodeSqlite;
  const db = new DatabaseSync(path);
  return {
    exec: (sql) => db.exec(sql),
    prepareGet(sql) {
      const statement = db.prepare(sql);
      return (key) => (statement.get(key) as { value: Uint8Array } | undefined)?.value;
    },
    prepareRange(sql) {
      const statement = db.prepare(sql);
      if (statement.setReturnArrays !== undefined) {
        statement.setReturnArrays(true);
        return (from, count) => statement.all(from, count) as Entry[];
      }
      return (from, count) => {
        const rows = statement.all(from, count) as { key: string; value: Uint8Array }[];
        return rows.map(({ key, value }): Entry => [key, value]);
      };
    },
    prepareRun(sql) {
      const statement = db.prepare(sql);
      return (key, value) => void statement.run(key, value);
    },
    close: () => db.close(),
  };
}

export const nodeSqlite: EngineModule = {
  name: 'node-sqlite',
  rival: true,
  isRingFile: () => false,
  async prepare() {
    connect(':memory:').close();
    return `of Node ${process.versions.node}`;
  },
  open: async (directory) => makeSqliteEngine(connect(sqlitePath(directory))),
};
