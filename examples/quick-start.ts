// Quick start: put, get, a range, an atomic batch, and what the promises mean.
// Run: npm run build && node dist/examples/quick-start.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open } from 'lanedb';

const path = join(mkdtempSync(join(tmpdir(), 'lanedb-')), 'my-store');
const store = await open(path);

// Visible at once; the promise resolves when the write survives a power cut.
const durable = store.put(['user', 17], { name: 'Ada', born: 1815 });
console.log(store.get(['user', 17]));
await durable;

// Keys of many types, in one order; arrays are ordered element by element.
void store.put(['user', 18], { name: 'Grace', born: 1906 });
void store.put(['user', 9], { name: 'Alan', born: 1912 });
for (const [key, value] of store.entries({ prefix: ['user'] })) console.log(key, value);

// All or nothing, also after a crash.
await store.batch([
  { type: 'delete', key: ['user', 9] },
  { type: 'put', key: ['user', 19], value: { name: 'Edsger', born: 1930 } },
]);

// A snapshot keeps its view while writes go on.
const snapshot = store.snapshot();
void store.delete(['user', 17]);
console.log(snapshot.get(['user', 17]), store.get(['user', 17]));
snapshot.close();

// One wait for everything so far.
await store.flush();
await store.close();
rmSync(path, { recursive: true });
