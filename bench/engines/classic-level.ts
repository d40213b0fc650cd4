// classic-level: chained batches for many writes (several times faster than arrays), {sync: true}
// where durability is asked for, getSync, iterator.all(). Its write buffer and its cache are raised
// well above their defaults, which makes every workload here faster.

import type { Engine, EngineModule, Records } from './engine.js';
import { requireRival, rivalVersion } from './engine.js';

interface SyncOption {
  sync: boolean;
}

interface ChainedBatch {
  put(key: string, value: Uint8Array): ChainedBatch;
  write(options: SyncOption): Promise<void>;
}

interface ClassicLevelDatabase {
  open(): Promise<void>;
  getSync(key: string): Uint8Array | undefined;
  put(key: string, value: Uint8Array, options: SyncOption): Promise<void>;
  batch(): ChainedBatch;
  iterator(options: {
    gte?: string;
    lte?: string;
    reverse: boolean;
    limit: number;
    highWaterMarkBytes: number;
  }): { all(): Promise<[string, Uint8Array][]> };
  close(): Promise<void>;
}

interface ClassicLevelLibrary {
  ClassicLevel: new (
    path: string,
    options: { valueEncoding: 'view'; cacheSize: number; writeBufferSize: number },
  ) => ClassicLevelDatabase;
}

const BATCH_OPERATIONS = 10_000;
const CACHE_BYTES = 256 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 64 * 1024 * 1024;
const SCAN_BUFFER_BYTES = 256 * 1024;

function writeBatch(
  db: ClassicLevelDatabase,
  { keys, values }: Records,
  from: number,
  to: number,
): Promise<void> {
  const batch = db.batch();
  for (let i = from; i < to; i++) batch.put(keys[i]!, values[i]!);
  return batch.write({ sync: to === keys.length });
}

function makeEngine(db: ClassicLevelDatabase): Engine {
  let window: ChainedBatch | undefined;
  return {
    get: (key) => db.getSync(key),
    async scan(from, count, reverse, visit) {
      const start = reverse ? { lte: from } : { gte: from };
      const limits = { reverse, limit: count, highWaterMarkBytes: SCAN_BUFFER_BYTES };
      const entries = await db.iterator({ ...start, ...limits }).all();
      for (const [key, value] of entries) visit(key, value);
    },
    put: (key, value) => db.put(key, value, { sync: true }),
    putSync: undefined,
    async load(records) {
      const count = records.keys.length;
      for (let from = 0; from < count; from += BATCH_OPERATIONS) {
        const to = Math.min(count, from + BATCH_OPERATIONS);
        await writeBatch(db, records, from, to);
      }
    },
    batch: (records) => writeBatch(db, records, 0, records.keys.length),
    window(body) {
      const batch = db.batch();
      window = batch;
      body();
      return batch.write({ sync: true });
    },
    putInWindow: (key, value) => {
      window?.put(key, value);
    },
    close: () => db.close(),
  };
}

export const classicLevel: EngineModule = {
  name: 'classic-level',
  rival: true,
  isRingFile: () => false,
  async prepare() {
    requireRival('classic-level');
    return rivalVersion('classic-level');
  },
  async open(directory) {
    const { ClassicLevel } = requireRival('classic-level') as ClassicLevelLibrary;
    const db = new ClassicLevel(directory, {
      valueEncoding: 'view',
      cacheSize: CACHE_BYTES,
      writeBufferSize: WRITE_BUFFER_BYTES,
    });
    await db.open();
    return makeEngine(db);
  },
};
