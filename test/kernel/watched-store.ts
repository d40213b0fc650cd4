// A store whose rotations a measurement can follow: which segment is in use, whether the next one
// is ready.

import {
  type ControlBlock,
  LANE_POSITION,
  LANE_SLOT,
  SLOT_BYTES,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import type { Store } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import { nodeEnvironment } from '../../src/threads/environment.js';

export interface WatchedStore {
  readonly store: Store<Uint8Array, Uint8Array>;
  /** Slot of the active segment, its length, the position in it. */
  readonly slot: number;
  readonly bytes: number;
  readonly position: number;
  readonly hasStandby: boolean;
}

export interface WatchOptions {
  readonly path: string;
  readonly io: 'mapped' | 'buffered';
  readonly segmentBytes: number;
  readonly memoryBytes: number;
}

export async function openWatched({ path, ...options }: WatchOptions): Promise<WatchedStore> {
  let control: ControlBlock | undefined;
  const real = nodeEnvironment();
  const environment = {
    ...real,
    background: (...given: Parameters<typeof real.background>) => {
      control = given[0];
      return real.background(...given);
    },
  };
  const encodings = { keyEncoding: 'binary', valueEncoding: 'binary' } as const;
  const store = await openIn(environment, path, { ...options, ...encodings });
  if (control === undefined) throw new Error('a store begins its background when it opens');
  return new Watched(store, control);
}

class Watched implements WatchedStore {
  readonly store: Store<Uint8Array, Uint8Array>;
  readonly #control: ControlBlock;

  constructor(store: Store<Uint8Array, Uint8Array>, control: ControlBlock) {
    this.store = store;
    this.#control = control;
  }

  get slot(): number {
    return this.#lane(LANE_SLOT);
  }

  get position(): number {
    return this.#lane(LANE_POSITION);
  }

  get bytes(): number {
    return this.#control.words[this.#control.slotStart(0, this.slot) + SLOT_BYTES]!;
  }

  get hasStandby(): boolean {
    const { words, slotsPerLane } = this.#control;
    for (let slot = 0; slot < slotsPerLane; slot++) {
      const state = this.#control.slotStart(0, slot) + SLOT_STATE;
      if (Atomics.load(words, state) === SLOT_STANDBY) return true;
    }
    return false;
  }

  #lane(word: number): number {
    return Atomics.load(this.#control.words, this.#control.laneStart(0) + word);
  }
}
