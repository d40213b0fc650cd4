// What every script of the power-cut proof works with: its seed's choices, its disk, a collector of
// cuts, and random writes.

import type { Choices } from '../support/choices.js';
import { TestDisk } from '../support/test-disk.js';
import type { CutCollector } from './cut-collector.js';
import type { Change } from './history.js';
import type { Session, SessionOptions } from './session.js';

export interface Bench {
  readonly choices: Choices;
  readonly isMapped: boolean;
  readonly collector: CutCollector;
  /** For opening states of this script again; a script may change it. */
  readonly options: SessionOptions;
  /** Seed of the store's id. */
  readonly seed: number;
}

export type Script = (bench: Bench) => Promise<string[]>;

export interface WriteMix {
  /** Weights of the kinds of writes. */
  put: number;
  delete: number;
  batch: number;
  transaction: number;
  commit: number;
}

const KEYS = 24;
const FILLER = Array.from({ length: 8192 }, (_, index) =>
  String.fromCharCode(97 + ((index * index + (index >>> 3)) % 26)),
).join('');

export function newDisk(bench: Bench): TestDisk {
  return new TestDisk({ seed: bench.choices.below(2 ** 31), mappable: bench.isMapped });
}

/** A value no other write has: `number` is in it. */
export function newValue(choices: Choices, number: number, lengthMax: number): string {
  const start = choices.below(FILLER.length - lengthMax);
  return `${number}:${FILLER.slice(start, start + choices.below(lengthMax + 1))}`;
}

/** Lengths of values as they come in practice: mostly small. */
export function lengthMax(choices: Choices): number {
  const size = choices.weighted({ small: 6, medium: 3, large: 1 });
  if (size === 'small') return 40;
  return size === 'medium' ? 700 : 3000;
}

export function key(choices: Choices): string {
  return `key ${choices.below(KEYS)}`;
}

export function changes(choices: Choices, number: number, count: number): Change[] {
  return Array.from({ length: count }, (_, index) => {
    const value = newValue(choices, number * 1000 + index, lengthMax(choices));
    return [key(choices), choices.chance(0.15) ? undefined : value];
  });
}

/** One random write. The promise is the store's. */
export function writeOne(session: Session, choices: Choices, mix: WriteMix): Promise<unknown> {
  const number = session.history.writes.length + 1;
  switch (choices.weighted({ ...mix })) {
    case 'put':
      return session.put(key(choices), newValue(choices, number, lengthMax(choices)));
    case 'delete':
      return session.delete(key(choices));
    case 'batch':
      return session.batch(changes(choices, number, choices.between(1, 12)));
    case 'transaction':
      return session.transaction(changes(choices, number, choices.between(1, 6)));
    default:
      return session.commit(number, changes(choices, number, choices.between(0, 5)));
  }
}

/** Fills the log of the open segment up to about so many bytes, durable when it returns. */
export function fill(session: Session, choices: Choices, bytes: number): void {
  let filled = 0;
  while (filled < bytes) {
    const value = newValue(choices, session.history.writes.length + 1, 4000);
    void session.put(key(choices), value);
    filled += value.length + 40;
  }
  session.sync();
  session.expectation();
}
