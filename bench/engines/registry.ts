// All engines, in the order of the table.

import { betterSqlite3 } from './better-sqlite3.js';
import { classicLevel } from './classic-level.js';
import type { EngineModule } from './engine.js';
import { lanedb, lanedbMapped } from './lanedb.js';
import { lmdb } from './lmdb.js';
import { nodeSqlite } from './node-sqlite.js';

export const ENGINES: readonly EngineModule[] = [
  lanedb,
  lanedbMapped,
  lmdb,
  classicLevel,
  betterSqlite3,
  nodeSqlite,
];

export function findEngine(name: string): EngineModule {
  const found = ENGINES.find((engine) => engine.name === name);
  if (found === undefined) throw new Error(`unknown engine ${name}`);
  return found;
}
