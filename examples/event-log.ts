// An event log with offsets: events and the place up to which the source was read are committed as
// one atomic record, so that after a crash the reader goes on exactly where the stored events end.
// Run: npm run build && node dist/examples/event-log.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open } from 'lanedb';

const GROUP = 100;
const EVENTS = 1000;

const path = join(mkdtempSync(join(tmpdir(), 'lanedb-')), 'events');

/** Stands for a topic or a file that can be read again from any offset. */
function readSource(from: number): { at: Date; text: string }[] {
  const count = Math.min(GROUP, EVENTS - from);
  return Array.from({ length: count }, (_, index) => ({
    at: new Date(1_700_000_000_000 + (from + index) * 1000),
    text: `event ${from + index}`,
  }));
}

/** Reads groups until the source ends, or only so many: then it stops as if it had crashed. */
async function consume(groupsMax: number): Promise<number> {
  const store = await open(path);
  let offset = store.lastCommit()?.offsets['source'] ?? 0;
  console.log(`goes on at ${offset}`);
  for (let group = 0; group < groupsMax; group++) {
    const events = readSource(offset);
    const last = events.at(-1);
    if (last === undefined) break;
    const operations = events.map(
      ({ at, text }, index) => ({ type: 'put', key: [at, offset + index], value: text }) as const,
    );
    offset += events.length;
    await store.commit({ offsets: { source: offset }, watermark: last.at.getTime() }, operations);
  }
  await store.close();
  return offset;
}

await consume(3);
await consume(Number.POSITIVE_INFINITY);

const store = await open(path, { readOnly: true });
const from = new Date(1_700_000_000_000 + 500_000);
console.log(`${store.count()} events, none twice; three of them:`);
for (const [key, text] of store.entries({ gte: [from], limit: 3 })) console.log(key, text);
console.log('last commit', store.lastCommit());
await store.close();
rmSync(path, { recursive: true });
