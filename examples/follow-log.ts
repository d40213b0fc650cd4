// The write-ahead log alone: an event log that one thread writes and another follows, from the
// place it remembers, so that it goes on there after it was stopped. Old segments are given up once
// they were read. Run: npm run build && node dist/examples/follow-log.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { followLog, openLog } from 'lanedb/wal';

const EVENTS = 3000;

interface Place {
  path: string;
  from: number;
  until: number;
}

/** The reader: reports how far it got, and stops behind event `until`. */
async function read({ path, from, until }: Place): Promise<void> {
  let [count, last] = [0, ''];
  for await (const entry of followLog(path, { from })) {
    if (entry.kind !== 'bytes') continue;
    last = new TextDecoder().decode(entry.data);
    count++;
    if (Number(last.split(' ')[1]) === until) {
      parentPort?.postMessage({ count, last, position: entry.end });
      return;
    }
  }
}

/** Starts a reader in a thread of its own; resolves with what it read. */
function startReader(place: Place): Promise<{ count: number; last: string; position: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: place });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

async function write(): Promise<void> {
  const path = join(mkdtempSync(join(tmpdir(), 'lanedb-')), 'events');
  await using log = await openLog(path, { segmentBytes: 65536 });
  let from = log.firstPosition;
  for (const until of [EVENTS / 2, EVENTS]) {
    const reader = startReader({ path, from, until });
    for (let event = until - EVENTS / 2 + 1; event <= until; event++) {
      log.append(`event ${event} at ${new Date().toISOString()}`);
      if (event % 100 === 0) await log.sync();
    }
    await log.sync();
    const { count, last, position } = await reader;
    console.log(`the reader got ${count} events, the last one is "${last}"`);
    from = position;
    console.log(`given up: ${log.retire(from)} segments; the log begins at ${log.firstPosition}`);
  }
  console.log(`${log.nextSequence - 1} records, ${log.position} bytes, epoch ${log.epoch}`);
  await log.close();
  rmSync(path, { recursive: true });
}

if (isMainThread) await write();
else await read(workerData as Place);
