// What the main job does with the open store, step by step: import, look up, read ranges, change in
// one batch, look at a snapshot beside writes. Each step prints what it did and how long it took.

import type { Key, Store } from 'lanedb';

import { type KnownPlace, type Place, placeKey } from './places.js';
import { ProgressBar } from './progress-bar.js';

export type PlaceStore = Store<Key, unknown>;

const BATCH = 1000;
const BATCHES_IN_FLIGHT = 16;
const LOOK_UPS = 200_000;
const NEW_PLACES = 20_000;

export function say(text: string): void {
  console.log(`  ${text}`);
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Writes all places in batches, a few of them on their way to the disk at any time. */
export async function importPlaces(
  store: PlaceStore,
  places: readonly KnownPlace[],
  isStopped: () => boolean,
): Promise<void> {
  const bar = new ProgressBar('import', places.length);
  const durable: Promise<void>[] = [];
  let count = 0;
  while (count < places.length && !isStopped()) {
    const group = places.slice(count, count + BATCH);
    durable.push(
      store.batch(group.map(({ key, place }) => ({ type: 'put', key, value: place }) as const)),
    );
    if (durable.length > BATCHES_IN_FLIGHT) await durable.shift();
    count += group.length;
    bar.update(count);
  }
  await Promise.all(durable);
  const seconds = bar.end();
  const rate = number(count / seconds);
  say(`imported ${number(count)} places in ${seconds.toFixed(2)} s: ${rate} a second, all durable`);
}

export function lookUp(store: PlaceStore, places: readonly KnownPlace[]): void {
  const paris = [...store.entries({ prefix: ['place', 'FR', 'Paris'] })][0];
  if (paris !== undefined) say(`Paris is ${coordinates(paris[1] as Place)}`);
  const start = performance.now();
  let found = 0;
  for (let count = 0; count < LOOK_UPS; count++) {
    const { key } = places[(count * 7919) % places.length] as KnownPlace;
    if (store.get(key) !== undefined) found++;
  }
  const nanoseconds = ((performance.now() - start) * 1e6) / LOOK_UPS;
  say(`${number(found)} look-ups, ${number(nanoseconds)} ns each`);
}

export function readRanges(store: PlaceStore): void {
  const start = performance.now();
  const french = store.count({ prefix: ['place', 'FR'] });
  const milliseconds = (performance.now() - start).toFixed(1);
  say(`${number(french)} places in France, counted in ${milliseconds} ms`);
  const range = { gte: ['place', 'IS', 'R'], lt: ['place', 'IS', 'S'] };
  const names = [...store.keys(range)].map((key) => (key as [string, string, string])[2]);
  say(`in Iceland with R: ${names.join(', ')}`);
  const last = [...store.keys({ prefix: ['place', 'JP'], reverse: true, limit: 3 })];
  say(`the last three of Japan: ${last.map((key) => (key as string[])[2]).join(', ')}`);
}

/** A town moves: its old key goes and its new one comes, both or neither. */
export async function moveInOneBatch(store: PlaceStore): Promise<void> {
  const place: Place = { latitude: 78.22, longitude: 15.65, region: '21', district: '' };
  const before = placeKey('SJ', 'Longyear City', -1);
  const after = placeKey('SJ', 'Longyearbyen', -1);
  await store.put(before, place);
  const durable = store.batch([
    { type: 'delete', key: before },
    { type: 'put', key: after, value: place },
    { type: 'put', key: ['note', new Date()], value: 'renamed in 1926' },
  ]);
  say(`one batch: old name there: ${store.has(before)}, new name there: ${store.has(after)}`);
  await durable;
}

/** A snapshot sees nothing of what is written after it was taken. */
export async function lookAtSnapshot(store: PlaceStore): Promise<void> {
  const snapshot = store.snapshot();
  const before = snapshot.count();
  const place: Place = { latitude: 0, longitude: 0, region: '', district: '' };
  const start = performance.now();
  for (let index = 0; index < NEW_PLACES; index++) {
    void store.put(placeKey('XX', `new place ${index}`, index), place);
  }
  await store.flush();
  const milliseconds = (performance.now() - start).toFixed(0);
  say(`${number(NEW_PLACES)} writes beside a snapshot in ${milliseconds} ms`);
  const after = snapshot.count();
  say(`the snapshot still has ${number(after)} entries, as before: ${after === before}`);
  say(`the store has ${number(store.count())}`);
  snapshot.close();
  await store.clear({ prefix: ['place', 'XX'] });
}

function coordinates({ latitude, longitude }: Place): string {
  return `at ${latitude.toFixed(3)}, ${longitude.toFixed(3)}`;
}
