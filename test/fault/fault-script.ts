// One life of a store on a disk on which calls fail as planned: made, written across segments, closed
// or killed, opened anew, written, closed. Notes what was promised, what was refused and what each open
// gave back; what came back has to be a prefix with everything acknowledged in it.

import { ERA, NEXT_SEQUENCE } from '../../src/control/control-block.js';
import { isPoisoned } from '../../src/control/poison.js';
import { isLaneError, type LaneError, type LaneErrorCode } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import { History } from '../power/history.js';
import { DIRECTORY, readContent, STORE_OPTIONS, type TextStore } from '../power/session.js';
import type { DiskCall, TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

export type Step = 'open' | 'write' | 'close' | 'reopen' | 'write again' | 'close again';

/** How the first store of a life ends: `full`: it goes on, with the failures gone. */
export type Life = 'closed' | 'killed' | 'full';

export interface Refusal {
  readonly step: Step;
  readonly code: LaneErrorCode;
  /** What poisoned the store. */
  readonly cause: LaneError | undefined;
}

const WRITES = 12;
const VALUE = 'v'.repeat(7000);
/** The preparer is at work before this write: a standby is wanted, and not yet needed. */
const PREPARED_BEFORE = 8;

export class FaultScript {
  readonly disk: TestDisk;
  history = new History();
  readonly refusals: Refusal[] = [];
  readonly problems: string[] = [];
  /** Step in which the first failed call was made, and that call. */
  failedIn: Step | undefined;
  failed: DiskCall | undefined;
  wasPoisoned = false;
  /** Calls the disk had seen when the store was found to be poisoned. */
  poisonedAt = 0;
  /** Calls the disk had seen when each store was opened. */
  readonly openedAt: number[] = [];
  acknowledgedAfter = 0;
  #step: Step = 'open';
  #environment: TestEnvironment;
  #store: TextStore | undefined;

  constructor(disk: TestDisk) {
    this.disk = disk;
    this.#environment = this.#newEnvironment();
  }

  async run(life: Life): Promise<void> {
    await this.#open('open');
    await this.#writes('write');
    if (life === 'full') this.disk.clearFaults();
    else {
      if (life === 'closed') await this.#close('close');
      await this.#open('reopen');
    }
    const { length } = this.refusals;
    await this.#writes('write again');
    if (life === 'full' && !this.wasPoisoned && this.refusals.length > length) {
      this.problems.push(`refuses writes although there is room: ${this.refusals.at(-1)!.code}`);
    }
    await this.#close('close again');
  }

  async #open(step: Step): Promise<void> {
    this.#step = step;
    this.#environment = this.#newEnvironment();
    this.#store = undefined;
    this.openedAt.push(this.disk.operationCount);
    try {
      const io = this.disk.mappable ? 'mapped' : 'buffered';
      this.#store = await openIn(this.#environment, DIRECTORY, { ...STORE_OPTIONS, io });
      this.#goOnFrom(this.#store);
    } catch (error) {
      this.#refused(error);
    }
    this.#noteFailure();
  }

  /** From now on the history is what the store holds. */
  #goOnFrom(store: TextStore): void {
    const content = readContent(store);
    const expected = this.history.expectation();
    const prefix = this.history.prefixOf(content, expected);
    if (prefix === undefined) this.problems.push(this.history.explain(content, expected));
    else this.history = this.history.upTo(prefix);
  }

  async #writes(step: Step): Promise<void> {
    this.#step = step;
    for (let index = 0; index < WRITES && this.#store !== undefined; index++) {
      if (index === PREPARED_BEFORE) this.#environment.current!.prepare();
      this.#write(index);
      await Promise.resolve();
      this.#noteFailure();
      if (index % 3 === 2) this.#round();
    }
    this.#round();
    await this.#settled();
  }

  #write(index: number): void {
    const { history } = this;
    const number = history.writes.length;
    const changes = [
      [`key ${index % 5}`, `${number}${VALUE}`],
      ['last', String(number)],
    ] as const;
    const { words } = this.#environment.current!.control;
    const before = Atomics.load(words, NEXT_SEQUENCE);
    const write = history.begin(changes);
    const promise = this.#store!.batch(
      changes.map(([key, value]) => ({ type: 'put', key, value })),
    );
    write.version = words[ERA]! * 2 ** 32 + ((Atomics.load(words, NEXT_SEQUENCE) - 1) >>> 0);
    // Refused without a sequence taken: nothing of it may be anywhere.
    if (Atomics.load(words, NEXT_SEQUENCE) === before) history.writes.pop();
    const { length } = history.writes;
    promise.then(
      () => {
        history.acknowledged = Math.max(history.acknowledged, length);
        if (this.failed !== undefined) this.acknowledgedAfter++;
      },
      (error: unknown) => this.#refused(error),
    );
  }

  #round(): void {
    if (this.#store === undefined) return;
    this.#environment.current!.runRound();
    this.#noteFailure();
    this.#notePoison();
  }

  #notePoison(): void {
    if (this.wasPoisoned || !isPoisoned(this.#environment.current!.control)) return;
    this.wasPoisoned = true;
    this.poisonedAt = this.disk.operationCount;
    if (!this.#step.startsWith('close')) this.#checkPoison(this.#store!);
  }

  /** From now on every call is refused with the cause. */
  #checkPoison(store: TextStore): void {
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
      this.history.acknowledged = this.history.writes.length;
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
    const cause = isLaneError(error.cause) ? error.cause : undefined;
    this.refusals.push({ step: this.#step, code: error.code, cause });
    const allowed = ['DISK_FULL', 'IO_ERROR', 'STORE_POISONED'];
    if (!allowed.includes(error.code)) this.problems.push(`${this.#step}: ${error.message}`);
    if (error.code !== 'STORE_POISONED') return;
    this.#notePoison();
    if (cause === undefined) this.problems.push(`${this.#step}: a poison without a cause`);
    else if (!this.disk.log.some((call) => call.outcome === 'failed' && call.path === cause.file)) {
      this.problems.push(`${this.#step}: the cause names ${cause.file}, where nothing failed`);
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
