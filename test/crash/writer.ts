// The child process of the crash test: opens the store and writes the operations of its life, or
// only opens and closes again and again, until it is killed. Reports on standard output, each line
// written before the next step: opening, open, closing, full, i N (operation N was issued), a N
// (acknowledged up to N).

import { writeSync } from 'node:fs';

import { isLaneError } from '../../src/errors.js';
import { type AnyStore, type AnyTransaction, openAny } from '../support/any-store.js';
import { Choices } from '../support/choices.js';
import {
  type CrashLife,
  type CrashOperation,
  operationAt,
  raisedCounter,
} from './operation-stream.js';

export interface WriterTask extends CrashLife {
  readonly path: string;
  readonly isWriting: boolean;
}

const MICROTASKS = 6;
const FLUSH_SYNC = 0.01;
const PAUSE_MS = 1;

class Writer {
  readonly #task: WriterTask;
  readonly #choices: Choices;
  #number = 0;
  #acknowledged = 0;
  #unacknowledged = 0;
  #wake: (() => void) | undefined;

  constructor(task: WriterTask) {
    this.#task = task;
    this.#choices = new Choices(task.seed ^ task.life);
  }

  async run(): Promise<never> {
    for (;;) {
      report('opening');
      const { path, profile } = this.#task;
      const store = await openAny(path, {
        keyEncoding: 'ordered',
        valueEncoding: 'utf8',
        io: profile.io,
        memoryBytes: profile.memoryBytes,
        segmentBytes: profile.segmentBytes,
      });
      report('open');
      if (this.#task.isWriting) await this.#write(store);
      report('closing');
      await store.close();
    }
  }

  /** Writes until the store is full or a reopening is due. */
  async #write(store: AnyStore): Promise<void> {
    const { window, closeEvery } = this.#task.profile;
    for (let count = 1; closeEvery === 0 || count <= closeEvery; count++) {
      if (!(await this.#issue(store, operationAt(this.#task, this.#number + 1)))) {
        report('full');
        return;
      }
      if (this.#choices.chance(FLUSH_SYNC)) {
        store.flushSync();
        this.#acknowledge(this.#number);
      }
      while (this.#unacknowledged >= window) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#choices.chance(0.05)) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** False if the store had no room; the operation was then not made. */
  async #issue(store: AnyStore, operation: CrashOperation): Promise<boolean> {
    let failure: unknown;
    const { number } = operation;
    let durable: Promise<unknown>;
    try {
      durable = start(store, operation, this.#task.life);
    } catch (error) {
      if (isLaneError(error, 'STORE_FULL')) return false;
      throw error;
    }
    let isRefused = false;
    this.#unacknowledged++;
    const done = durable.then(
      () => this.#acknowledge(number),
      (error: unknown) => {
        isRefused = true;
        failure = error;
      },
    );
    void done.finally(() => {
      this.#unacknowledged--;
      this.#wake?.();
    });
    for (let tick = 0; tick < MICROTASKS; tick++) await undefined;
    if (isRefused) {
      if (isLaneError(failure, 'STORE_FULL')) return false;
      throw failure;
    }
    this.#number = number;
    report(`i ${number}`);
    return true;
  }

  #acknowledge(number: number): void {
    if (number <= this.#acknowledged) return;
    this.#acknowledged = number;
    report(`a ${number}`);
  }
}

function start(store: AnyStore, operation: CrashOperation, life: number): Promise<unknown> {
  const { kind, writes, commit } = operation;
  const [first] = writes;
  if (kind === 'put' && first !== undefined) return store.put(first.key, first.value);
  if (kind === 'delete' && first !== undefined) return store.delete(first.key);
  const operations = writes.map(({ type, key, value }) =>
    type === 'put' ? { type, key, value } : { type, key },
  );
  if (kind === 'batch') return store.batch(operations);
  if (commit !== undefined) return store.commit(commit, operations);
  return store.transaction((tx) => runBody(tx, operation, life)).durable;
}

function runBody(tx: AnyTransaction, operation: CrashOperation, life: number): void {
  for (const { type, key, value } of operation.writes) {
    if (type === 'put') tx.put(key, value);
    else tx.delete(key);
  }
  for (const key of operation.counters) {
    tx.put(key, raisedCounter(life, operation.number, tx.get(key) as string | undefined));
  }
}

/** Written at once, so that a kill cannot take back what was reported. */
function report(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

const [argument] = process.argv.slice(2);
if (argument === undefined) throw new Error('a task in JSON is expected');
await new Writer(JSON.parse(argument) as WriterTask).run();
