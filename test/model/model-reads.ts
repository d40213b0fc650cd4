// The reading steps of a model run: each reads from the store and compares with the model.
// Iterators and snapshots stay open while other steps write.

import type { AnyRange } from '../support/any-store.js';
import type { ModelSession, OpenIterator } from './model-session.js';
import type { SortedModel } from './sorted-model.js';

const OPEN_MAX = 6;

export function readOne(session: ModelSession): void {
  const key = session.randomKey();
  const entry = session.model.find(key);
  session.equalValue(session.store.get(key), entry?.value, 'get');
}

export function readMany(session: ModelSession): void {
  const keys = Array.from({ length: session.choices.below(12) }, () => session.randomKey());
  const expected = keys.map((key) => session.model.find(key)?.value);
  session.equal(session.store.getMany(keys), expected, 'getMany');
}

export function readEntry(session: ModelSession): void {
  const key = session.randomKey();
  const expected = session.model.find(key);
  const entry = session.store.getEntry(key);
  session.equalValue(entry?.value, expected?.value, 'getEntry');
  if (expected !== undefined && entry !== undefined) session.equalVersion(entry.version, expected);
}

export function readPresence(session: ModelSession): void {
  const key = session.randomKey();
  session.equal(session.store.has(key), session.model.find(key) !== undefined, 'has');
}

export async function readRange(session: ModelSession): Promise<void> {
  await compareRange(session, session.store, session.model, session.randomRange());
}

/** A range of an open snapshot, given as an option of the store's own range reads. */
export async function readRangeOfSnapshot(session: ModelSession): Promise<void> {
  if (session.snapshots.length === 0) return;
  const { snapshot, model } = session.choices.pick(session.snapshots);
  await compareRange(session, session.store, model, { ...session.randomRange(), snapshot });
}

export function countRange(session: ModelSession): void {
  const range = session.randomRange();
  session.equal(session.store.count(range), session.model.select(range).length, 'count');
}

export function openIterator(session: ModelSession): void {
  if (session.iterators.length >= OPEN_MAX) return;
  const range = session.randomRange();
  const expected = session.model.select(range);
  const iterator = session.store.entries(range)[Symbol.iterator]();
  session.iterators.push({ iterator, expected, step: 0 });
}

export function stepIterator(session: ModelSession): void {
  const { iterators } = session;
  if (iterators.length === 0) return;
  const open = session.choices.pick(iterators);
  for (let steps = session.choices.between(1, 10); steps > 0; steps--) {
    if (!stepOnce(session, open)) {
      iterators.splice(iterators.indexOf(open), 1);
      return;
    }
  }
}

/** Leaves an iterator before its end. */
export function dropIterator(session: ModelSession): void {
  const { iterators } = session;
  if (iterators.length === 0) return;
  const open = session.choices.pick(iterators);
  iterators.splice(iterators.indexOf(open), 1);
  open.iterator.return?.();
  session.equal(open.iterator.next().done, true, 'an iterator that was returned');
}

export function openSnapshot(session: ModelSession): void {
  if (session.snapshots.length >= OPEN_MAX) return;
  const snapshot = session.store.snapshot();
  session.snapshots.push({ snapshot, model: session.model.copy() });
}

export async function readSnapshot(session: ModelSession): Promise<void> {
  if (session.snapshots.length === 0) return;
  const { snapshot, model } = session.choices.pick(session.snapshots);
  const keys = Array.from({ length: 4 }, () => session.randomKey());
  const expected = keys.map((key) => model.find(key)?.value);
  session.equal(snapshot.getMany(keys), expected, 'getMany of a snapshot');
  session.equalValue(snapshot.get(keys[0]), expected[0], 'get of a snapshot');
  const range = session.randomRange();
  session.equal(snapshot.count(range), model.select(range).length, 'count of a snapshot');
  await compareRange(session, snapshot, model, session.randomRange());
}

export function closeSnapshot(session: ModelSession): void {
  const { snapshots } = session;
  if (snapshots.length === 0) return;
  const open = session.choices.pick(snapshots);
  snapshots.splice(snapshots.indexOf(open), 1);
  open.snapshot.close();
}

export function readLastCommit(session: ModelSession): void {
  session.equal(session.store.lastCommit(), session.model.lastCommit, 'lastCommit');
}

/** The whole store, both ways, and every version. */
export function compareAll(session: ModelSession): void {
  const { store, model } = session;
  session.equalEntries([...store.entries()], model.select({}));
  session.equalEntries([...store.entries({ reverse: true })], model.select({ reverse: true }));
  session.equal(store.count(), model.size, 'count of all');
  readLastCommit(session);
  for (const entry of model.select({})) {
    const found = store.getEntry(entry.key);
    session.equal(found?.value, entry.value, 'getEntry of all');
    session.equalVersion(found?.version ?? 0, entry);
  }
}

type Ranges = Pick<ModelSession['store'], 'entries' | 'keys' | 'values'>;

async function compareRange(
  session: ModelSession,
  reads: Ranges,
  model: SortedModel,
  range: AnyRange,
): Promise<void> {
  const expected = model.select(range);
  const what = session.choices.pick(['entries', 'keys', 'values', 'async'] as const);
  if (what === 'entries') session.equalEntries([...reads.entries(range)], expected);
  if (what === 'keys') {
    const keys = expected.map(({ key }) => key);
    session.equal([...reads.keys(range)], keys, 'keys');
  }
  if (what === 'values') {
    const values = expected.map(({ value }) => value);
    session.equal([...reads.values(range)], values, 'values');
  }
  if (what === 'async') {
    const found: [unknown, unknown][] = [];
    for await (const entry of reads.entries(range)) found.push(entry);
    session.equalEntries(found, expected);
  }
}

function stepOnce(session: ModelSession, open: OpenIterator): boolean {
  const expected = open.expected[open.step++];
  const result = open.iterator.next();
  session.equal(result.done === true, expected === undefined, 'the end of an iterator');
  if (expected === undefined) return false;
  session.equal(result.value, [expected.key, expected.value], 'a step of an iterator');
  return true;
}
