// One life of a store on a disk on which calls fail as planned: create, write, rotate, prepare, close,
// reopen, write, close. Notes what was promised and what was refused; judges nothing but the moment.

import { NEXT_SEQUENCE } from '../../src/control/control-block.js';
import { isPoisoned } from '../../src/control/poison.js';
import { isLaneError, type LaneError, type LaneErrorCode } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import { History } from '../power/history.js';
import { DIRECTORY, STORE_OPTIONS, type TextStore } from '../power/session.js';
import type { DiskCall, TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

export type Step = 'open' | 'write' | 'close' | 'reopen' | 'write again' | 'close again';

export interface Refusal {
  readonly step: Step;
  readonly code: LaneErrorCode;
  /** Code of the cause of a poison. */
  readonly cause: LaneErrorCode | undefined;
}

const WRITES = 14;
const VALUE = 'v'.repeat(6000);

export class FaultScript {
  readonly disk: TestDisk;
  readonly history = new History();
  readonly refusals: Refusal[] = [];
  readonly problems: string[] = [];
  /** Step in which the first failed call was made. */
  failedIn: Step | undefined;
  /** The first failed call. */
  failed: DiskCall | undefined;
  /** True if a store was poisoned in this life, and if writes were acknowledged after the failure. */
  wasPoisoned = false;
  acknowledgedAfter = 0;
  #step: Step = 'open';
  #environment: TestEnvironment;
  #store: TextStore | undefined;

  constructor(disk: TestDisk) {
    this.disk = disk;
    this.#environment = this.#newEnvironment();
  }

  async run(): Promise<void> {
    await this.#open('open');
    await this.#writes('write');
    await this.#close('close');
    await this.#open('reopen');
    await this.#writes('write again');
    await this.#close('close again');
  }

  /** Goes on after the failure is gone, without opening anew: space came back. */
  async goOn(): Promise<void> {
    await this.#open('open');
    await this.#writes('write');
    this.disk.clearFaults();
    const { length } = this.refusals;
    await this.#writes('write again');
    if (!this.wasPoisoned && this.#store !== undefined && this.refusals.length > length) {
      this.problems.push(`refuses writes although there is room: ${this.refusals.at(-1)!.code}`);
    }
    await this.#close('close again');
  }

  async #open(step: Step): Promise<void> {
    this.#step = step;
    this.#environment = this.#newEnvironment();
    this.#store = undefined;
    try {
      this.#store = await openIn(this.#environment, DIRECTORY, STORE_OPTIONS);
    } catch (error) {
      this.#refused(error);
    }
    this.#noteFailure();
  }

  async #writes(step: Step): Promise<void> {
    this.#step = step;
    for (let index = 0; index < WRITES && this.#store !== undefined; index++) {
      await this.#write(index);
      if (index % 3 === 2) this.#round();
      if (index === 10) this.#environment.current!.prepare();
    }
    this.#round();
    await this.#settled();
  }

  async #write(index: number): Promise<void> {
    const { history } = this;
    const key = `key ${index % 5}`;
    const changes = [
      [key, `${history.writes.length}${VALUE}`],
      ['last', String(history.writes.length)],
    ] as const;
    const { words } = this.#environment.current!.control;
    const before = Atomics.load(words, NEXT_SEQUENCE);
    const write = history.begin(changes);
    const promise = this.#store!.batch(
      changes.map(([of, value]) => ({ type: 'put', key: of, value })),
    );
    write.version = (Atomics.load(words, NEXT_SEQUENCE) - 1) >>> 0;
    // Refused without a sequence taken: nothing of it may be anywhere.
    if (Atomics.load(words, NEXT_SEQUENCE) === before) history.writes.pop();
    const length = history.writes.length;
    promise.then(
      () => {
        history.acknowledged = Math.max(history.acknowledged, length);
        if (this.failed !== undefined) this.acknowledgedAfter++;
      },
      (error: unknown) => this.#refused(error),
    );
    await Promise.resolve();
    this.#noteFailure();
  }

  #round(): void {
    if (this.#store === undefined) return;
    this.#environment.current!.runRound();
    this.#noteFailure();
    if (!isPoisoned(this.#environment.current!.control)) return;
    this.wasPoisoned = true;
    if (!this.#step.startsWith('close')) this.#checkPoison();
  }

  /** From now on every call is refused with the cause. */
  #checkPoison(): void {
    const store = this.#store!;
    const calls: [string, () => unknown][] = [
      ['get', () => store.get('last')],
      ['has', () => store.has('last')],
      ['flushSync', () => store.flushSync()],
      ['entries', () => [...store.entries()]],
      ['count', () => store.count()],
      ['snapshot', () => store.snapshot()],
    ];
    for (const [name, call] of calls) {
      try {
        call();
        this.problems.push(`${name} works on a poisoned store`);
      } catch (error) {
        const isRight = isLaneError(error, 'STORE_POISONED') && isLaneError(error.cause);
        if (!isRight) this.problems.push(`${name} of a poisoned store: ${String(error)}`);
      }
    }
  }

  async #close(step: Step): Promise<void> {
    this.#step = step;
    if (this.#store === undefined) return;
    const closed = this.#store.close();
    this.#round();
    try {
      await closed;
    } catch (error) {
      this.#refused(error);
    }
    this.#noteFailure();
    this.disk.assertNoLateStores();
    await this.#settled();
  }

  /** Lets promises of writes settle: they are told in a turn of the event loop. */
  async #settled(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #refused(error: unknown): void {
    if (!isLaneError(error)) {
      this.problems.push(`${this.#step}: untyped ${String((error as Error)?.stack ?? error)}`);
      return;
    }
    const cause = isLaneError(error.cause) ? error.cause.code : undefined;
    this.refusals.push({ step: this.#step, code: error.code, cause });
    if (error.code === 'STORE_POISONED') this.wasPoisoned = true;
    this.#checkCause(error);
  }

  #checkCause(error: LaneError): void {
    const allowed = ['DISK_FULL', 'IO_ERROR', 'STORE_POISONED', 'STORE_CLOSED'];
    if (!allowed.includes(error.code)) this.problems.push(`${this.#step}: ${error.message}`);
    if (error.code === 'STORE_POISONED' && !isLaneError(error.cause)) {
      this.problems.push(`${this.#step}: a poison without a cause`);
    }
  }

  #noteFailure(): void {
    if (this.failed !== undefined) return;
    this.failed = this.disk.log.find((call) => call.outcome === 'failed');
    if (this.failed !== undefined) this.failedIn = this.#step;
  }

  #newEnvironment(): TestEnvironment {
    return new TestEnvironment(this.disk, { mode: 'told', stallMsMax: 100 });
  }
}
