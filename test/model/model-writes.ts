// The writing steps of a model run: each writes to the store, predicts the result and applies the
// same to the model. A write that finds the store full must have changed nothing.

import type { AnyCommit, AnyTransaction } from '../support/any-store.js';
import type { ModelSession } from './model-session.js';
import type { ModelOperation, SortedModel } from './sorted-model.js';

class Rollback extends Error {}

/** A put, plain or with a condition that holds or does not. */
export async function putOne(session: ModelSession): Promise<void> {
  const { store, choices } = session;
  const key = session.randomKey();
  const value = session.randomValue();
  const entry = session.model.find(key);
  const given = value instanceof Uint8Array ? value.slice() : value;
  const kind = choices.weighted({ plain: 6, ifAbsent: 1, ifVersion: 1.5 });
  let isMet = true;
  let promise: Promise<boolean>;
  if (kind === 'plain') {
    promise = store.put(key, given);
  } else if (kind === 'ifAbsent') {
    isMet = entry === undefined;
    promise = store.put(key, given, { ifAbsent: true });
  } else {
    const { version, isCurrent } = randomVersion(session, key);
    isMet = isCurrent;
    promise = store.put(key, given, { ifVersion: version });
  }
  // The store has taken what it needs: the caller may change its bytes.
  if (given instanceof Uint8Array) given.fill(0x55);
  const operations: ModelOperation[] = isMet ? [{ type: 'put', key, value }] : [];
  if (await session.follow(promise, isMet, operations)) learnVersion(session, key);
}

export async function deleteOne(session: ModelSession): Promise<void> {
  const { store, choices } = session;
  const key = session.randomKey();
  let isMet = true;
  let promise: Promise<boolean>;
  if (choices.chance(0.3)) {
    const { version, isCurrent } = randomVersion(session, key);
    isMet = isCurrent;
    promise = store.delete(key, { ifVersion: version });
  } else {
    promise = store.delete(key);
  }
  await session.follow(promise, isMet, isMet ? [{ type: 'delete', key }] : []);
}

/** Several puts and deletes without a pause between them. */
export async function writeBurst(session: ModelSession): Promise<void> {
  const operations = session.randomOperations(session.choices.between(2, 30));
  const promises = operations.map(({ type, key, value }) =>
    type === 'put' ? session.store.put(key, value) : session.store.delete(key),
  );
  // Whether one was refused is known a moment later, so the model follows in the same order.
  await Promise.all(
    operations.map((operation, index) => {
      const promise = promises[index] as Promise<boolean>;
      return session.follow(promise, true, [operation]);
    }),
  );
}

export async function writeBatch(session: ModelSession): Promise<void> {
  const operations = session.randomOperations(session.choices.pick([0, 1, 2, 5, 20, 60]));
  const first = operations[0];
  if (first !== undefined && session.choices.chance(0.4)) {
    operations.push({ type: 'put', key: first.key, value: session.randomValue() });
    if (session.choices.chance(0.3)) operations.push({ type: 'delete', key: first.key });
  }
  await session.follow(session.store.batch(operations), undefined, operations);
}

export async function writeCommit(session: ModelSession): Promise<void> {
  const { choices, store } = session;
  const offsets: Record<string, number> = {};
  for (let count = choices.below(4); count > 0; count--) {
    offsets[`topic-${choices.below(5)}`] = choices.below(2 ** 40);
  }
  const commit: AnyCommit = choices.chance(0.7)
    ? { offsets, watermark: choices.below(2 ** 45) }
    : { offsets };
  const operations = choices.chance(0.6) ? session.randomOperations(choices.between(1, 8)) : [];
  const promise =
    operations.length === 0 && choices.chance(0.5)
      ? store.commit(commit)
      : store.commit(commit, operations);
  if (await session.follow(promise, undefined, operations)) session.model.lastCommit = commit;
}

/** A transaction that reads and writes, and returns, throws, or finds the store full. */
export async function writeTransaction(session: ModelSession): Promise<void> {
  const after = session.model.copy();
  const isThrown = session.choices.chance(0.3);
  const operations: ModelOperation[] = [];
  let durable: Promise<void>;
  try {
    const outcome = session.store.transaction((tx) => {
      runBody(session, tx, after, operations);
      if (isThrown) throw new Rollback();
      return operations.length;
    });
    session.equal(outcome.result, operations.length, 'the result of a transaction');
    durable = outcome.durable;
  } catch (error) {
    if (error instanceof Rollback || session.isRefusal(error, operations)) return;
    throw error;
  }
  session.equal(isThrown, false, 'a transaction that throws');
  await session.follow(durable, undefined, operations);
}

export async function clearRange(session: ModelSession): Promise<void> {
  const range = session.randomRange();
  if (range.limit === undefined && session.choices.chance(0.7)) range.limit = 10;
  const selected = session.model.select(range);
  const operations = selected.map(({ key }): ModelOperation => ({ type: 'delete', key }));
  try {
    await session.store.clear(range);
    session.model.write(operations);
  } catch (error) {
    if (!session.isRefusal(error, operations)) throw error;
    // Not atomic: what is gone is gone, the rest must be untouched.
    session.model.write(operations.filter(({ key }) => !session.store.has(key)));
  }
}

function runBody(
  session: ModelSession,
  tx: AnyTransaction,
  model: SortedModel,
  operations: ModelOperation[],
): void {
  const { choices } = session;
  for (let steps = choices.between(0, 12); steps > 0; steps--) {
    const key = session.randomKey();
    const step = choices.weighted({ put: 4, delete: 2, get: 3, has: 1, entries: 2, keys: 1 });
    if (step === 'put' || step === 'delete') {
      const operation: ModelOperation =
        step === 'put'
          ? { type: 'put', key, value: session.randomValue() }
          : { type: 'delete', key };
      if (step === 'put') tx.put(key, operation.value);
      else tx.delete(key);
      model.write([operation]);
      operations.push(operation);
    }
    const entry = model.find(key);
    if (step === 'get') session.equal(tx.get(key), entry?.value, 'get in a transaction');
    if (step === 'has') session.equal(tx.has(key), entry !== undefined, 'has in a transaction');
    const range = session.randomRange();
    const expected = model.select(range);
    if (step === 'entries') session.equalEntries([...tx.entries(range)], expected);
    if (step === 'keys') {
      const keys = expected.map((each) => each.key);
      session.equal([...tx.keys(range)], keys, 'keys in a transaction');
    }
  }
}

/** The key's version, 0 standing for a key that is not there, or one that it does not have. */
function randomVersion(
  session: ModelSession,
  key: unknown,
): { version: number; isCurrent: boolean } {
  const current = session.store.getEntry(key)?.version ?? 0;
  if (session.choices.chance(0.7)) return { version: current, isCurrent: true };
  const isThere = current > 0 && session.choices.chance(0.3);
  const version = isThere ? 0 : current + session.choices.between(1, 100);
  return { version, isCurrent: false };
}

/** Reads the version at once, sometimes; otherwise a later read learns it. */
function learnVersion(session: ModelSession, key: unknown): void {
  if (session.choices.chance(0.5)) return;
  const entry = session.model.find(key);
  const found = session.store.getEntry(key);
  if (entry !== undefined) session.equalVersion(found?.version ?? 0, entry);
}
