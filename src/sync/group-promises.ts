// Group promises: every write between two captures of the syncer shares one promise, settled when
// the durable sequence passes the last of them. A promise that nobody awaits never asks for haste
// and never raises; one whose then() is called asks for a sync at once.
// Owner: one thread of the store.

import type { ControlBlock } from '../control/control-block.js';
import { DURABLE, ROUND } from '../control/control-block.js';
import { isPoisoned, poisonError } from '../control/poison.js';
import { invariant } from '../invariant.js';
import type { Background } from './background.js';

/** Pending groups per store: one a round that has not ended; more is broken reasoning. */
const GROUPS_MAX = 100_000;
const WATCH_MS = 1000;

/** A promise that tells when somebody begins to wait for it. */
class AwaitedPromise<T> extends Promise<T> {
  onAwaited: (() => void) | undefined;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise's own then, to notice the first waiter.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.onAwaited?.();
    return super.then(onFulfilled, onRejected);
  }
}

class Group {
  readonly round: number;
  /** Low half of the last sequence that joined. */
  last = 0;
  isUrgent = false;
  readonly written: AwaitedPromise<true>;
  readonly done: AwaitedPromise<void>;
  settle: (error: Error | undefined) => void = () => undefined;

  constructor(round: number, onAwaited: (group: Group) => void) {
    this.round = round;
    let resolveWritten: (value: true) => void = () => undefined;
    let rejectWritten: (error: Error) => void = () => undefined;
    let resolveDone: () => void = () => undefined;
    let rejectDone: (error: Error) => void = () => undefined;
    this.written = new AwaitedPromise<true>((resolve, reject) => {
      resolveWritten = resolve;
      rejectWritten = reject;
    });
    this.done = new AwaitedPromise<void>((resolve, reject) => {
      resolveDone = resolve;
      rejectDone = reject;
    });
    // Handled in advance, past our own then(): an ignored promise is neither haste nor a raise.
    Promise.prototype.then.call(this.written, undefined, () => undefined);
    Promise.prototype.then.call(this.done, undefined, () => undefined);
    this.settle = (error) => {
      this.written.onAwaited = undefined;
      this.done.onAwaited = undefined;
      if (error === undefined) {
        resolveWritten(true);
        resolveDone();
      } else {
        rejectWritten(error);
        rejectDone(error);
      }
    };
    const awaited = () => onAwaited(this);
    this.written.onAwaited = awaited;
    this.done.onAwaited = awaited;
  }
}

export class GroupPromises {
  readonly #control: ControlBlock;
  readonly #background: Background;
  readonly #onIdle: () => void;
  readonly #pending: Group[] = [];
  #open: Group | undefined;
  #isWatching = false;

  constructor(control: ControlBlock, background: Background, onIdle: () => void) {
    this.#control = control;
    this.#background = background;
    this.#onIdle = onIdle;
  }

  /** Resolves to true when the sequence (low half) and everything before it is durable. */
  written(sequence: number): Promise<true> {
    return this.#join(sequence).written;
  }

  /** Resolves when the sequence and everything before it is durable. */
  done(sequence: number): Promise<void> {
    return this.#join(sequence).done;
  }

  /** Low half of the durable sequence. */
  get durable(): number {
    return Atomics.load(this.#control.words, DURABLE) >>> 0;
  }

  /** True while some write of this thread is not durable. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  #join(sequence: number): Group {
    // One writer; an older value only makes a group longer.
    const round = this.#control.words[ROUND]!;
    let group = this.#open;
    if (group === undefined || group.round !== round) group = this.#begin(round, sequence >>> 0);
    else group.last = sequence >>> 0;
    return group;
  }

  #begin(round: number, sequence: number): Group {
    // A caller that never lets the event loop turn must not keep what is durable already.
    this.#settleUpTo(this.durable);
    const group = new Group(round, (awaited) => this.#hurry(awaited));
    group.last = sequence;
    this.#open = group;
    this.#pending.push(group);
    invariant(this.#pending.length <= GROUPS_MAX, 'groups are settled as rounds end');
    this.#background.requestSync(false);
    if (!this.#isWatching) void this.#watch();
    return group;
  }

  #hurry(group: Group): void {
    if (group.isUrgent) return;
    group.isUrgent = true;
    this.#background.requestSync(true);
  }

  /** Settles groups as the durable sequence moves, until none is pending. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    this.#background.setReferenced(true);
    while (this.#pending.length > 0) {
      const seen = Atomics.load(this.#control.words, DURABLE);
      if (isPoisoned(this.#control)) {
        this.#settleAll(poisonError(this.#control));
        break;
      }
      this.#settleUpTo(seen >>> 0);
      if (this.#pending.length === 0) break;
      if (!(await this.#look(seen))) {
        const wait = Atomics.waitAsync(this.#control.words, DURABLE, seen, WATCH_MS);
        // A poison changes another word: one that came before the wait wakes nobody.
        if (wait.async && !isPoisoned(this.#control)) await wait.value;
      }
      // A group that no round has captured yet is asked for again: its request may have come too
      // early.
      this.#background.requestSync(this.#hasUrgent());
    }
    this.#isWatching = false;
    this.#background.setReferenced(false);
    this.#onIdle();
  }

  /**
   * Looks for the end of a round that somebody waits for, from turn to turn of the event loop, for
   * about as long as a sync takes: a thread that sleeps instead is woken late. True if there is
   * something to do.
   */
  async #look(seen: number): Promise<boolean> {
    const { lookMs } = this.#background;
    if (lookMs === 0) return false;
    const deadline = performance.now() + lookMs;
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (Atomics.load(this.#control.words, DURABLE) !== seen) return true;
      if (isPoisoned(this.#control)) return true;
    } while (this.#hasUrgent() && performance.now() < deadline);
    return false;
  }

  #hasUrgent(): boolean {
    return this.#pending.some((group) => group.isUrgent);
  }

  #settleUpTo(durable: number): void {
    let settled = 0;
    while (settled < this.#pending.length && this.#pending[settled]!.last <= durable) settled++;
    for (const group of this.#pending.splice(0, settled)) {
      if (group === this.#open) this.#open = undefined;
      group.settle(undefined);
    }
  }

  #settleAll(error: Error): void {
    this.#open = undefined;
    for (const group of this.#pending.splice(0)) group.settle(error);
  }
}
