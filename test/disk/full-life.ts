// The process that lives through a full disk: fills it at the moment that its task names, expects
// refusals and nothing worse, gives room back and goes on. Reports what was refused, and the first
// thing that is wrong. Its argument is the task in JSON.

import { existsSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { isLaneError } from '../../src/errors.js';
import { type AnyStore, openAny } from '../support/any-store.js';
import { Choices } from '../support/choices.js';
import { Filler } from './filler.js';

export interface FullTask {
  /** What the disk is full for: a new store, one closed before, one not closed, one in use. */
  readonly kind: 'new' | 'clean' | 'unclean' | 'running';
  /** prepare: makes the store, with room; live: meets the full disk. */
  readonly part: 'prepare' | 'live';
  readonly mount: string;
  readonly io: 'mapped' | 'buffered';
  readonly segmentBytes: number;
  /** Bytes that are left free. */
  readonly freeBytes: number;
  readonly seed: number;
  /** Records that the store holds. */
  readonly base: number;
}

export type Moment = 'open' | 'write' | 'close' | 'open again';

export interface FullReport {
  /** Records in the end, all of them acknowledged. */
  readonly records: number;
  /** Moments at which something was refused for want of room. */
  readonly refused: readonly Moment[];
  readonly problem: string | undefined;
}

const PREPARED_RECORDS = 400;
const VALUE_BYTES_MAX = 3000;
const RECORDS_MAX = 3000;
const WINDOW = 20;
const MORE = 5;
const MEMORY_BYTES = 64 << 20;

class FullLife {
  readonly #task: FullTask;
  readonly #filler: Filler;
  readonly #refused = new Set<Moment>();
  /** Numbers of the records that were not refused. */
  readonly #records = new Set<number>();
  #next: number;

  constructor(task: FullTask) {
    this.#task = task;
    this.#filler = new Filler(task.mount);
    for (let number = 0; number < task.base; number++) this.#records.add(number);
    this.#next = task.base;
  }

  get report(): FullReport {
    return { records: this.#records.size, refused: [...this.#refused], problem: undefined };
  }

  async prepare(): Promise<void> {
    const store = await this.#open();
    await this.#write(store, PREPARED_RECORDS);
    if (this.#task.kind === 'clean') await store.close();
  }

  async live(): Promise<void> {
    const { kind, freeBytes } = this.#task;
    if (kind !== 'running') this.#filler.fill(freeBytes);
    const store = await this.#openWhenPossible('open');
    if (kind === 'running') {
      await this.#write(store, 1 + (PREPARED_RECORDS >> 3));
      this.#filler.fill(freeBytes);
    }
    await this.#writeUntilRefused(store);
    this.#filler.release();
    await this.#mustWrite(store, 2 * WINDOW);
    this.#filler.fill(0);
    await this.#close(store);
    // Closing gives the room of an unused segment back.
    this.#filler.fill(0);
    const again = await this.#openWhenPossible('open again');
    this.#filler.release();
    await this.#mustWrite(again, WINDOW);
    await again.close();
    await this.#look();
  }

  /** Opens for writing; on a full disk it is read first, then room is made. */
  async #openWhenPossible(moment: Moment): Promise<AnyStore> {
    const before = this.#files;
    try {
      const store = await this.#open();
      this.#check(store);
      return store;
    } catch (error) {
      this.#expectFull(error, moment);
    }
    const litter = this.#files.filter((name) => name !== 'LOCK' && !before.includes(name));
    if (litter.length > 0) throw new Error(`a refused open leaves ${litter.join(', ')}`);
    if (this.#task.kind !== 'new' || this.#next > 0) await this.#look();
    this.#filler.release();
    const store = await this.#open();
    this.#check(store);
    return store;
  }

  async #writeUntilRefused(store: AnyStore): Promise<void> {
    const isRefused = !(await this.#write(store, RECORDS_MAX));
    if (!isRefused) return;
    // Refused is refused: what fits may still be written, what does not is refused again.
    for (let attempt = 0; attempt < MORE; attempt++) await this.#write(store, 1);
    this.#check(store);
    await store.flush();
    this.#check(store);
  }

  async #mustWrite(store: AnyStore, count: number): Promise<void> {
    if (await this.#write(store, count)) return;
    throw new Error('a write is refused though there is room again');
  }

  /** Writes and waits; false if one was refused, which then was not made. */
  async #write(store: AnyStore, count: number): Promise<boolean> {
    const end = this.#next + count;
    let isRefused = false;
    while (this.#next < end && !isRefused) {
      const numbers = Array.from(
        { length: Math.min(WINDOW, end - this.#next) },
        (_, index) => this.#next + index,
      );
      this.#next += numbers.length;
      const results = await Promise.allSettled(
        numbers.map((number) => store.put(keyOf(number), this.#valueOf(number))),
      );
      for (const [index, result] of results.entries()) {
        // A shorter one behind it may still fit.
        if (result.status === 'fulfilled') this.#records.add(numbers[index] ?? -1);
        else this.#expectFull(result.reason, 'write');
        isRefused ||= result.status === 'rejected';
      }
    }
    return !isRefused;
  }

  async #close(store: AnyStore): Promise<void> {
    try {
      await store.close();
    } catch (error) {
      this.#expectFull(error, 'close');
    }
  }

  /** Reads everything, changing nothing. */
  async #look(): Promise<void> {
    const store = await this.#open(true);
    this.#check(store);
    await store.close();
  }

  #check(store: AnyStore): void {
    const count = store.count();
    if (count !== this.#records.size) {
      throw new Error(`${count} records instead of ${this.#records.size}`);
    }
    for (const number of this.#records) {
      if (store.get(keyOf(number)) === this.#valueOf(number)) continue;
      throw new Error(`record ${number} is not what was written`);
    }
  }

  #expectFull(error: unknown, moment: Moment): void {
    if (!isLaneError(error, 'DISK_FULL')) throw error;
    this.#refused.add(moment);
  }

  #open(readOnly = false): Promise<AnyStore> {
    const { io, segmentBytes } = this.#task;
    return openAny(this.#path, {
      io,
      segmentBytes,
      readOnly,
      memoryBytes: MEMORY_BYTES,
      keyEncoding: 'ordered',
      valueEncoding: 'utf8',
    });
  }

  get #files(): string[] {
    return existsSync(this.#path) ? readdirSync(this.#path) : [];
  }

  get #path(): string {
    return join(this.#task.mount, 'store');
  }

  #valueOf(number: number): string {
    const choices = new Choices(this.#task.seed ^ Math.imul(number, 0x9e3779b1));
    return `${number} `.repeat(VALUE_BYTES_MAX).slice(0, choices.below(VALUE_BYTES_MAX));
  }
}

function keyOf(number: number): string {
  return `key-${number}`;
}

const task = JSON.parse(process.argv[2] ?? '') as FullTask;
const life = new FullLife(task);
let problem: string | undefined;
try {
  if (task.part === 'prepare') await life.prepare();
  else await life.live();
} catch (error) {
  problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
}
writeSync(1, `${JSON.stringify({ ...life.report, problem })}\n`);
if (task.part === 'prepare' && task.kind === 'unclean') process.kill(process.pid, 'SIGKILL');
