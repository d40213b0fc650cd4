// A store on the simulated disk together with the history of what was written to it.

import { ERA, NEXT_SEQUENCE } from '../../src/control/control-block.js';
import { openIn } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment, type TestEnvironmentOptions } from '../support/test-environment.js';
import type { Change, Content, Expectation } from './history.js';
import { History } from './history.js';

export const DIRECTORY = '/store';
export const STORE_OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 1048576,
  segmentBytes: 65536,
} as const;

export type TextStore = Store<string, string>;

export interface SessionOptions extends TestEnvironmentOptions {
  io?: 'auto' | 'buffered';
  memoryBytes?: number;
}

export class Session {
  readonly disk: TestDisk;
  readonly store: TextStore;
  readonly environment: TestEnvironment;
  readonly history: History;
  /** Promises that resolved before their write was durable, or rejected. */
  readonly problems: string[] = [];
  /** True while the syncer is at work: the store's thread may write meanwhile. */
  isInRound = false;

  constructor(store: TextStore, environment: TestEnvironment, history: History) {
    this.disk = environment.fileSystem;
    this.store = store;
    this.environment = environment;
    this.history = history;
  }

  static async open(
    disk: TestDisk,
    options: SessionOptions = {},
    history = new History(),
  ): Promise<Session> {
    const environment = new TestEnvironment(disk, options);
    const { io = 'auto', memoryBytes = STORE_OPTIONS.memoryBytes } = options;
    const settings = { ...STORE_OPTIONS, io, memoryBytes };
    const store = await openIn(environment, DIRECTORY, settings);
    return new Session(store, environment, history);
  }

  put(key: string, value: string): Promise<unknown> {
    return this.#write([[key, value]], () => this.store.put(key, value));
  }

  delete(key: string): Promise<unknown> {
    return this.#write([[key, undefined]], () => this.store.delete(key));
  }

  batch(changes: readonly Change[]): Promise<unknown> {
    return this.#write(changes, () => this.store.batch(operationsOf(changes)));
  }

  transaction(changes: readonly Change[]): Promise<unknown> {
    return this.#write(changes, () => {
      const { durable } = this.store.transaction((transaction) => {
        for (const [key, value] of changes) {
          if (value === undefined) transaction.delete(key);
          else transaction.put(key, value);
        }
      });
      return durable;
    });
  }

  commit(offset: number, changes: readonly Change[]): Promise<unknown> {
    const facts = { offsets: { source: offset } };
    return this.#write(changes, () => this.store.commit(facts, operationsOf(changes)), offset);
  }

  /** What must and what may be there if the power failed now. */
  expectation(): Expectation {
    this.history.acknowledgeUpTo(this.#version(this.environment.current!.durable));
    return this.history.expectation();
  }

  /** One round of the syncer. */
  sync(): void {
    this.isInRound = true;
    this.environment.current!.runRound();
    this.isInRound = false;
  }

  content(): Content {
    return readContent(this.store);
  }

  async close(): Promise<void> {
    const closed = this.store.close();
    if (this.environment.current!.mode === 'told') this.sync();
    await closed;
    this.history.acknowledged = this.history.writes.length;
  }

  #write(
    changes: readonly Change[],
    call: () => Promise<unknown>,
    commit?: number,
  ): Promise<unknown> {
    const write = this.history.begin(changes, commit);
    const promise = call();
    const { words } = this.environment.current!.control;
    write.version = this.#version((Atomics.load(words, NEXT_SEQUENCE) - 1) >>> 0);
    return promise.then(
      () => {
        const durable = this.#version(this.environment.current!.durable);
        if (durable < write.version) this.problems.push(`${write.version} acknowledged too early`);
      },
      (error: unknown) => this.problems.push(`${write.version} rejected: ${String(error)}`),
    );
  }

  #version(low: number): number {
    const { words } = this.environment.current!.control;
    return (words[ERA]! >>> 0) * 2 ** 32 + low;
  }
}

export function readContent(store: TextStore): Content {
  const entries = new Map<string, { value: string; version: number }>();
  for (const [key, value] of store.entries()) {
    entries.set(key, { value, version: store.getEntry(key)?.version ?? Number.NaN });
  }
  return { entries, commit: store.lastCommit()?.offsets['source'] };
}

function operationsOf(changes: readonly Change[]) {
  return changes.map(([key, value]) =>
    value === undefined ? { type: 'delete' as const, key } : { type: 'put' as const, key, value },
  );
}
