// Takes cuts of a simulated disk while something works on it: before calls that change something, and
// at quiet moments, with what was promised at that moment. Which calls, and how the power fails, follows
// from the seed.

import type { Choices } from '../support/choices.js';
import type { CutPolicy, DiskCall, TestDisk } from '../support/test-disk.js';
import type { Expectation } from './history.js';

export interface CutState {
  readonly disk: TestDisk;
  readonly hash: string;
  readonly expected: Expectation;
  /** How it came about. */
  readonly where: string;
}

export interface CollectorOptions {
  /** Share of moments at which cuts are taken. */
  rate: number;
  /** Cuts at such a moment. */
  cuts: number;
}

export class CutCollector {
  readonly states: CutState[] = [];
  /** Cuts taken, equal ones included. */
  taken = 0;
  readonly #choices: Choices;
  readonly #options: CollectorOptions;
  readonly #known = new Set<string>();

  constructor(choices: Choices, options: CollectorOptions) {
    this.#choices = choices;
    this.#options = options;
  }

  /** From now on cuts are taken before calls; `meanwhile` is what other threads do at that moment. */
  watch(disk: TestDisk, expectation: () => Expectation, meanwhile?: () => void): void {
    disk.onOperation((call) => {
      meanwhile?.();
      if (this.#choices.chance(this.#options.rate)) this.#take(disk, expectation(), placeOf(call));
    });
  }

  unwatch(disk: TestDisk): void {
    disk.onOperation(undefined);
  }

  /** Perhaps takes cuts now. */
  pause(disk: TestDisk, expected: Expectation): void {
    if (!this.#choices.chance(this.#options.rate)) return;
    this.#take(disk, expected, `after call ${disk.operationCount}`);
  }

  #take(disk: TestDisk, expected: Expectation, place: string): void {
    for (let cut = 0; cut < this.#options.cuts; cut++) {
      const seed = this.#choices.below(2 ** 31);
      const policy = this.#policy(cut);
      const after = disk.cut(seed, policy);
      const hash = hashWithoutLock(after);
      this.taken++;
      const { acknowledged, begun, bases } = expected;
      const identity = [hash, acknowledged, begun, ...bases].join();
      if (this.#known.has(identity)) continue;
      this.#known.add(identity);
      const where = `cut ${seed} (${policy}) ${place}`;
      this.states.push({ disk: after, hash, expected, where });
    }
  }

  #policy(cut: number): CutPolicy & string {
    if (cut > 0 || this.#choices.chance(0.7)) return 'random';
    return this.#choices.chance(0.5) ? 'lose-all-unsynced' : 'keep-all';
  }
}

function placeOf(call: DiskCall): string {
  const range = call.offset === undefined ? '' : ` at ${call.offset}`;
  return `before call ${call.number}, ${call.operation} ${call.to ?? call.path}${range}`;
}

/** LOCK holds a time and random digits: it makes no state a different one. */
function hashWithoutLock(disk: TestDisk): string {
  const lock = '/store/LOCK';
  if (disk.kind(lock) === 'none') return disk.stateHash();
  const copy = disk.kill();
  copy.removeRaw(lock);
  return copy.stateHash();
}
