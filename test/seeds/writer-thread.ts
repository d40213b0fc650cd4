// A thread that owns a log: appends numbered entries, syncs now and then, closes, and ends.

import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

import { openLog } from '../../src/wal-api.js';

export interface WriterTask {
  readonly path: string;
  readonly io: 'buffered' | 'mapped';
  readonly entries: number;
}

const { path, io, entries } = workerData as WriterTask;
const log = await openLog(path, { io, segmentBytes: 65536 });
for (let index = 0; index < entries; index++) {
  log.append(`entry ${index} ${'x'.repeat(index % 400)}`);
  if (index % 100 === 99) await log.sync();
  if (index % 500 === 499) await sleep(1);
}
await log.close();
