// Random writes to a store of several lanes, and what every key was at every sequence.

import type { Store } from '../../src/store/store.js';
import type { TestLane } from './log-fixture.js';
import type { ManyLanes } from './many-lanes.js';

/** Keys that the writers use: `key 0` and so on. */
export const LANE_KEYS = 120;

interface Version {
  sequence: number;
  /** Undefined for a delete. */
  value: string | undefined;
}

export class LaneModel {
  readonly keys = new Map<string, Version[]>();

  add(key: string, version: Version): void {
    this.keys.set(key, [...(this.keys.get(key) ?? []), version]);
  }

  get(key: string, sequence = Number.POSITIVE_INFINITY): string | undefined {
    return this.keys.get(key)?.findLast((version) => version.sequence <= sequence)?.value;
  }

  entries(sequence = Number.POSITIVE_INFINITY): [string, string][] {
    const found: [string, string][] = [];
    for (const key of [...this.keys.keys()].sort()) {
      const value = this.get(key, sequence);
      if (value !== undefined) found.push([key, value]);
    }
    return found;
  }
}

/** Writes records of random lanes, and notes them in a model. */
export class LaneWriters {
  readonly model = new LaneModel();
  readonly #store: Store<string, Uint8Array>;
  readonly #lanes: TestLane[];
  readonly #random: () => number;
  #count = 0;

  constructor(many: ManyLanes, lanes: TestLane[], random: () => number) {
    this.#store = many.store;
    this.#lanes = lanes;
    this.#random = random;
  }

  key(): string {
    return `key ${Math.floor(this.#random() * LANE_KEYS)}`;
  }

  /** One record in any lane. */
  write(): void {
    const lane = Math.floor(this.#random() * (this.#lanes.length + 1));
    const count = this.#random() < 0.2 ? Math.ceil(this.#random() * 9) : 1;
    const changes = new Map<string, string | undefined>();
    for (let index = 0; index < count; index++) {
      const value = this.#random() < 0.3 ? undefined : `value ${this.#count++}`;
      changes.set(this.key(), value);
    }
    const sequence = this.#writeTo(this.#lanes[lane - 1], [...changes]);
    for (const [key, value] of changes) this.model.add(key, { sequence, value });
  }

  #writeTo(lane: TestLane | undefined, changes: [string, string | undefined][]): number {
    if (lane === undefined) {
      void this.#store.batch(
        changes.map(([key, value]) =>
          value === undefined
            ? { type: 'delete', key }
            : { type: 'put', key, value: Buffer.from(value) },
        ),
      );
      return this.#store.stats().sequence;
    }
    const encoded = changes.map(([key, value]) =>
      value === undefined
        ? { key: Buffer.from(key) }
        : { key: Buffer.from(key), value: Buffer.from(value) },
    );
    return encoded.length === 1 ? lane.write(encoded[0]!) : lane.batch(encoded);
  }
}

export function textOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString();
}

export function textEntries(entries: Iterable<[string, Uint8Array]>): [string, string][] {
  return [...entries].map(([key, value]) => [key, Buffer.from(value).toString()]);
}
