// One durable record of 16 + 128 bytes, alone, by every way there is: synced on the calling thread,
// on libuv's pool, or by the syncer's thread, which a store's put() and flushSync() wait for.

import { KIND_PUT, kindWord, OPERATION_HEADER_BYTES } from '../../src/format/operation.js';
import { open } from '../../src/index.js';
import type { Loop, Primitive } from './primitive.js';
import { ScratchLog } from './scratch-log.js';

const KEY = 'user:00000012345';
const VALUE_BYTES = 128;
const DATA_BYTES = OPERATION_HEADER_BYTES + KEY.length + VALUE_BYTES;
const MEMORY_BYTES = 256 * 1024 * 1024;

type Io = 'mapped' | 'buffered';

function appendRecord(log: ScratchLog): number {
  const writer = log.writerFor(DATA_BYTES);
  const data = writer.dataStart;
  log.memory.words[data >>> 2] = kindWord(KIND_PUT, 0, KEY.length);
  log.memory.words[(data >>> 2) + 1] = VALUE_BYTES;
  log.memory.buffer.write(KEY, data + OPERATION_HEADER_BYTES, 'latin1');
  return writer.append(DATA_BYTES, false);
}

/** The syncer's round, run by the writer itself. */
function inlineLoop(directory: string, io: Io): Loop {
  const log = new ScratchLog(directory, io === 'mapped');
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        sum += appendRecord(log);
        if (!log.round.run()) throw new Error('nothing was synced');
      }
      return sum;
    },
    close: () => log.close(),
  };
}

/** Written out by the writer, synced on libuv's pool. */
function poolLoop(directory: string): Loop {
  const log = new ScratchLog(directory, false);
  const file = log.fileSystem.openWrite(log.path);
  return {
    async run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        log.writerFor(DATA_BYTES);
        const from = log.position;
        sum += appendRecord(log);
        file.write(log.memory.bytes, log.image + from, log.position - from, from);
        await file.syncInBackground();
      }
      return sum;
    },
    close() {
      file.close();
      log.close();
    },
  };
}

async function storeLoop(directory: string, io: Io, isAwaited: boolean): Promise<Loop> {
  const options = { io, valueEncoding: 'binary', memoryBytes: MEMORY_BYTES } as const;
  const store = await open(`${directory}/store`, options);
  const value = new Uint8Array(VALUE_BYTES).fill(7);
  const runSync = (iterations: number): number => {
    for (let i = 0; i < iterations; i++) {
      void store.put(KEY, value);
      store.flushSync();
    }
    return store.stats().sequence;
  };
  const runAwaited = async (iterations: number): Promise<number> => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum += (await store.put(KEY, value)) ? 1 : 0;
    return sum;
  };
  return { run: isAwaited ? runAwaited : runSync, close: () => store.close() };
}

export const commitPrimitives: readonly Primitive[] = [
  {
    name: 'durable record: inline, buffered',
    prepare: (directory) => inlineLoop(directory, 'buffered'),
  },
  {
    name: 'durable record: inline, mapped',
    prepare: (directory) => inlineLoop(directory, 'mapped'),
  },
  { name: "durable record: libuv's pool, buffered", prepare: poolLoop },
  {
    name: 'durable record: syncer, flushSync, buffered',
    prepare: (directory) => storeLoop(directory, 'buffered', false),
  },
  {
    name: 'durable record: syncer, flushSync, mapped',
    prepare: (directory) => storeLoop(directory, 'mapped', false),
  },
  {
    name: 'durable record: syncer, awaited, buffered',
    prepare: (directory) => storeLoop(directory, 'buffered', true),
  },
  {
    name: 'durable record: syncer, awaited, mapped',
    prepare: (directory) => storeLoop(directory, 'mapped', true),
  },
];
