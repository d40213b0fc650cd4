// Writes of every kind, one after the other, beside a plain Map that does the same; and a comparison of
// all that can be read. What is written depends on the step alone, so two runs do the same.

import type { CommitFacts, Snapshot } from '../../src/index.js';
import type { TextStore } from './placed-store.js';

interface Held {
  value: string;
  version: number;
}

/** What a store holds, or held when a snapshot was taken. */
export interface Model {
  entries: Map<string, Held>;
  commit: CommitFacts | undefined;
}

interface SeenSnapshot {
  snapshot: Snapshot<string, string>;
  entries: Map<string, Held>;
  /** Begun when the snapshot was taken; read to its end much later. */
  rest: Iterator<[string, string]>;
  reverse: boolean;
}

/** Long enough that some twenty of them fill a segment. */
const LONG = 'x'.repeat(3000);
const ERA_SEQUENCES = 2 ** 32;
const SAFE_MAX = Number.MAX_SAFE_INTEGER;

export class EndsScript {
  readonly store: TextStore;
  readonly model: Model;
  /** What was not as it should be. */
  readonly problems: string[] = [];
  readonly #snapshots: SeenSnapshot[] = [];
  #step = 0;
  /** Version of the newest write; those of all later ones are above it. */
  #version: number;

  constructor(store: TextStore, model: Model = { entries: new Map(), commit: undefined }) {
    this.store = store;
    this.model = model;
    this.#version = store.stats().sequence;
  }

  /** Version of the newest write. */
  get version(): number {
    return this.#version;
  }

  /** A copy of the model, for what a crash must give back. */
  copy(): Model {
    return { entries: new Map(this.model.entries), commit: this.model.commit };
  }

  /** Goes on for so many steps, each with a write or two; waits for every fourth one, and at the end. */
  async run(steps: number): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let end = this.#step + steps; this.#step < end; this.#step++) {
      if (this.#step % 5 === 0) this.#takeSnapshot();
      const written = this.#write(this.#step);
      pending.push(written.catch((error: unknown) => void this.problems.push(String(error))));
      if (this.#step % 4 === 3) await written;
    }
    await Promise.all(pending);
  }

  /** Compares everything that can be read with the model; snapshots with what they saw, and ends them. */
  check(): void {
    this.#compare('the store', this.store, this.model.entries);
    const commit = JSON.stringify(this.store.lastCommit());
    if (commit !== JSON.stringify(this.model.commit)) this.problems.push(`last commit ${commit}`);
    for (const seen of this.#snapshots.splice(0)) {
      this.#compare('a snapshot', seen.snapshot, seen.entries);
      const { rest, reverse } = seen;
      const late = [...{ [Symbol.iterator]: () => rest }].map(([key]) => key);
      const keys = [...seen.entries.keys()].sort();
      const wanted = (reverse ? keys.reverse() : keys).slice(1);
      if (late.join() !== wanted.join()) this.problems.push(`an iterator ends with ${late.join()}`);
      seen.snapshot.close();
    }
    const { sequence, keys } = this.store.stats();
    if (keys !== this.model.entries.size) this.problems.push(`${keys} keys are counted`);
    if (sequence < this.#version) this.problems.push(`sequence ${sequence} < ${this.#version}`);
  }

  async #write(step: number): Promise<void> {
    const { store } = this;
    const key = `key ${step % 7}`;
    const held = this.model.entries.get(key);
    const value = `${step}`;
    switch (step % 8) {
      case 0:
        return this.#wrote(store.put(`long ${step}`, LONG), [[`long ${step}`, LONG]]);
      case 1:
        return this.#wrote(store.put(key, value), [[key, value]]);
      case 2:
        return this.#wrote(
          store.batch([
            { type: 'put', key: `batch ${step}`, value: LONG },
            { type: 'delete', key: 'key 1' },
            { type: 'put', key, value },
          ]),
          [[`batch ${step}`, LONG], ['key 1'], [key, value]],
        );
      case 3:
        return this.#wrote(store.delete(key), [[key]]);
      case 4:
        return this.#conditional(key, value, held?.version ?? 0);
      case 5:
        return this.#transaction(key);
      case 6: {
        const facts = { offsets: { source: SAFE_MAX - step, __low: step }, watermark: -SAFE_MAX };
        const operations = [{ type: 'put' as const, key, value }];
        const written = this.#wrote(store.commit(facts, operations), [[key, value]]);
        this.model.commit = facts;
        return written;
      }
      default: {
        const isAbsent = held === undefined;
        const promise = store.put(key, value, { ifAbsent: true });
        if (isAbsent) return this.#wrote(promise, [[key, value]]);
        return this.#refused(promise, 'ifAbsent');
      }
    }
  }

  /** Only the very version counts: not one that differs by 1, by 2^31 or by an era. */
  async #conditional(key: string, value: string, version: number): Promise<void> {
    const low = version % ERA_SEQUENCES;
    const others = [version + 1, version + 2 ** 31, version + ERA_SEQUENCES, low, low - 1];
    const refused = others
      .filter((other) => other !== version && other >= 0 && Number.isSafeInteger(other))
      .map((other) =>
        this.#refused(this.store.put(key, 'wrong', { ifVersion: other }), `version ${other}`),
      );
    const written = this.store.put(key, value, { ifVersion: version });
    await Promise.all([...refused, this.#wrote(written, [[key, value]])]);
  }

  #transaction(key: string): Promise<void> {
    const held = this.model.entries.get(key);
    const { result, durable } = this.store.transaction((tx) => {
      const entry = tx.getEntry(key);
      if (entry?.version !== held?.version) this.problems.push(`${key} has another version`);
      tx.put(`transaction ${key}`, entry?.value ?? 'none');
      tx.delete(key);
      return tx.get(key);
    });
    if (result !== undefined) this.problems.push('a transaction sees what it deleted');
    return this.#wrote(durable, [[`transaction ${key}`, held?.value ?? 'none'], [key]]);
  }

  async #refused(promise: Promise<boolean>, what: string): Promise<void> {
    if (await promise) this.problems.push(`written in spite of ${what}`);
  }

  /** Notes what a call that has returned did to the model. */
  #wrote(promise: Promise<unknown>, changes: [key: string, value?: string][]): Promise<void> {
    const version = this.store.stats().sequence;
    // A record takes one number; a trailer and the no-op of an idle store before it take others.
    const isNext = version > this.#version && version <= this.#version + 3;
    if (!isNext) this.problems.push(`version ${version} after ${this.#version}`);
    this.#version = version;
    for (const [key, value] of changes) {
      if (value === undefined) this.model.entries.delete(key);
      else this.model.entries.set(key, { value, version });
    }
    return promise.then((result) => {
      if (result === false) this.problems.push(`${version} was refused`);
      const { durableSequence } = this.store.stats();
      if (durableSequence < version) this.problems.push(`${version} acknowledged too early`);
    });
  }

  #takeSnapshot(): void {
    const reverse = this.#snapshots.length % 2 === 1;
    const snapshot = this.store.snapshot();
    const rest = snapshot.entries({ reverse })[Symbol.iterator]();
    rest.next();
    this.#snapshots.push({ snapshot, rest, reverse, entries: new Map(this.model.entries) });
  }

  #compare(
    what: string,
    view: TextStore | Snapshot<string, string>,
    entries: ReadonlyMap<string, Held>,
  ): void {
    const keys = [...entries.keys()].sort();
    const wanted = keys.map((key) => `${key}=${entries.get(key)!.value}`).join();
    const forward = [...view.entries()].map(([key, value]) => `${key}=${value}`);
    const reverse = [...view.entries({ reverse: true })].map(([key, value]) => `${key}=${value}`);
    if (forward.join() !== wanted) this.problems.push(`${what} holds other entries`);
    if (reverse.reverse().join() !== wanted) this.problems.push(`${what} holds others in reverse`);
    if (view.count() !== keys.length) this.problems.push(`${what} counts ${view.count()}`);
    const many = view.getMany(keys);
    for (const [index, key] of keys.entries()) {
      const held = entries.get(key)!;
      const entry = view.getEntry(key);
      if (entry?.version !== held.version || entry.value !== held.value) {
        this.problems.push(`${what}: ${key} has version ${entry?.version}, not ${held.version}`);
      }
      if (!view.has(key) || many[index] !== held.value) this.problems.push(`${what} misses ${key}`);
    }
    for (const key of ['key 0', 'key 1', 'key 2', 'key 3', 'key 4', 'key 5', 'key 6', 'never']) {
      if (view.has(key) !== entries.has(key)) this.problems.push(`${what}: has(${key}) is wrong`);
    }
  }
}
