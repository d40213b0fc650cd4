// The main job: 170,000 real places into a store, look-ups, ranges, an atomic batch, a snapshot,
// then a writing process that is killed with SIGKILL, and everything acknowledged is back. The
// store is left behind to look at. Ctrl-C at any moment leaves a good store too. Run: npm start [--
// PATH]

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open } from 'lanedb';

import { killWriter } from './main-job/kill-writer.js';
import { loadPlaces } from './main-job/places.js';
import { reportRecovery } from './main-job/report-recovery.js';
import {
  importPlaces,
  lookAtSnapshot,
  lookUp,
  moveInOneBatch,
  number,
  type PlaceStore,
  readRanges,
  say,
} from './main-job/tour.js';

const VISITS = 20_000;
const INTERRUPTED = 130;

async function main(path: string, stop: AbortController): Promise<void> {
  const begin = performance.now();
  const start = performance.now();
  let store = await open(path);
  console.log(`Store ${path}`);
  say(`opened in ${(performance.now() - start).toFixed(1)} ms`);
  const isStopped = (): boolean => stop.signal.aborted;
  for (const step of stepsFor(isStopped)) {
    if (isStopped()) break;
    console.log(step.title);
    await step.run(store);
  }
  await store.close();
  if (isStopped()) return;

  console.log('A process that writes, killed with SIGKILL in mid-write');
  const run = new Date().toISOString();
  const killed = await killWriter(path, run, VISITS, stop.signal);
  say(`it was told that ${number(killed.count)} of its writes are durable when it died`);
  const reopen = performance.now();
  store = await open(path);
  say(`opened again in ${(performance.now() - reopen).toFixed(1)} ms`);
  try {
    checkVisits(store, run, killed.lastAcknowledged);
    reportRecovery(store.stats().recovery);
  } finally {
    await store.close();
  }
  if (isStopped()) return;
  console.log(`Done in ${((performance.now() - begin) / 1000).toFixed(1)} s. Look into the store:`);
  say(`node dist/src/cli/main.js dump ${path} --keys-only | head -40`);
  say(`node dist/src/cli/main.js stats ${path}`);
}

interface Step {
  readonly title: string;
  run(store: PlaceStore): Promise<void> | void;
}

function stepsFor(isStopped: () => boolean): Step[] {
  const places = loadPlaces();
  return [
    { title: 'Import', run: (store) => importPlaces(store, places, isStopped) },
    { title: 'Look-ups', run: (store) => lookUp(store, places) },
    { title: 'Ranges', run: readRanges },
    { title: 'An atomic batch', run: moveInOneBatch },
    { title: 'A snapshot beside writes', run: lookAtSnapshot },
  ];
}

/** Every acknowledged visit is there, and there is no gap before the last one that survived. */
function checkVisits(store: PlaceStore, run: string, lastAcknowledged: number): void {
  let next = 0;
  for (const [, value] of store.entries({ prefix: ['visit', run] })) {
    if ((value as { number: number }).number !== next) throw new Error(`visit ${next} is missing`);
    next++;
  }
  if (next <= lastAcknowledged) throw new Error(`visit ${next} was acknowledged and is missing`);
  const more = next - lastAcknowledged - 1;
  say(`all ${number(lastAcknowledged + 1)} acknowledged visits are back, none missing`);
  say(`and ${number(more)} more that were on their way, without a gap`);
}

const path = process.argv[2] ?? join(mkdtempSync(join(tmpdir(), 'lanedb-main-job-')), 'places');
const stop = new AbortController();
process.once('SIGINT', () => {
  console.log('\nInterrupted: closing the store. Again ends at once.');
  stop.abort();
});
try {
  await main(path, stop);
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
if (stop.signal.aborted) {
  say(`the store ${path} is good`);
  process.exitCode = INTERRUPTED;
}
