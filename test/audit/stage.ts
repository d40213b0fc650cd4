// What a script works with: the place of its store, and stores whose every write is marked in the
// trace with the bytes of segments that it made, read from the control block.

import {
  type ControlBlock,
  LANE_POSITION,
  LANE_SLOT,
  SLOT_END,
  SLOT_GENERATION,
} from '../../src/control/control-block.js';
import { segmentName } from '../../src/format/file-name.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import type { OpenOptions, Store } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import type { Environment } from '../../src/threads/environment.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import type { Marks, Span } from './marks.js';

export type Io = 'mapped' | 'buffered';

export interface Stage {
  readonly path: string;
  readonly io: Io;
  readonly marks: Marks;
}

type Options = OpenOptions<'ordered', 'utf8'>;
type TextStore = Store<string, string>;

/** Small segments and little memory, so that rotations are near and traces short. */
const SMALL: Options = { memoryBytes: 4 << 20, segmentBytes: 65_536, syncDelayMs: 0 };

/** Opens the store of a stage. */
export async function openMarked(stage: Stage, options: Options = {}): Promise<MarkedStore> {
  const { environment, watch } = watchedEnvironment(stage.marks);
  const store = await openIn(environment, stage.path, {
    ...SMALL,
    ...options,
    io: stage.io,
    keyEncoding: 'utf8',
    valueEncoding: 'utf8',
  });
  stage.marks.note('open');
  return new MarkedStore(store as TextStore, watch());
}

/** The real environment, and what marks the writes of lane 0 of whatever was opened in it. */
export function watchedEnvironment(marks: Marks): {
  environment: Environment;
  watch(): LaneWatch;
} {
  let control: ControlBlock | undefined;
  const real = nodeEnvironment();
  const background: Environment['background'] = (block, data) => {
    control = block;
    return real.background(block, data);
  };
  const watch = (): LaneWatch => {
    if (control === undefined) throw new Error('an open begins the background');
    return new LaneWatch(control, 0, marks);
  };
  return { environment: { ...real, background }, watch };
}

/** Marks what is written through one lane. */
export class LaneWatch {
  readonly marks: Marks;
  readonly #control: ControlBlock;
  readonly #lane: number;

  constructor(control: ControlBlock, lane: number, marks: Marks) {
    this.#control = control;
    this.#lane = lane;
    this.marks = marks;
  }

  /** Runs a call that writes at most one record, and returns its number and what it returned. */
  around<R>(write: () => R): { number: number; result: R } {
    const before = this.#place;
    const number = this.marks.begin();
    const result = write();
    this.marks.end(
      number,
      this.#spans(before).filter(({ from, end }) => end > from),
    );
    return { number, result };
  }

  get #place(): { slot: number; position: number } {
    const { words } = this.#control;
    const at = this.#control.laneStart(this.#lane);
    return { slot: words[at + LANE_SLOT]!, position: words[at + LANE_POSITION]! };
  }

  /** The record, and the trailer of the segment that was left for it. */
  #spans(before: { slot: number; position: number }): Span[] {
    const { slot, position } = this.#place;
    if (slot === before.slot) return [this.#span(slot, before.position, position)];
    const at = this.#control.slotStart(this.#lane, before.slot);
    const trailer = this.#span(before.slot, before.position, this.#control.words[at + SLOT_END]!);
    return [trailer, this.#span(slot, SEGMENT_HEADER_BYTES, position)];
  }

  #span(slot: number, from: number, end: number): Span {
    const at = this.#control.slotStart(this.#lane, slot);
    const generation = this.#control.words[at + SLOT_GENERATION]! >>> 0;
    return { name: segmentName(this.#lane, generation), from, end };
  }
}

/** A store of texts whose writes are marked. */
export class MarkedStore {
  readonly store: TextStore;
  readonly #watch: LaneWatch;
  readonly #pending = new Set<Promise<void>>();
  #last = 0;

  constructor(store: TextStore, watch: LaneWatch) {
    this.store = store;
    this.#watch = watch;
  }

  /** A write of one record; resolves when it was acknowledged or refused. */
  write(call: (store: TextStore) => Promise<unknown>): Promise<void> {
    const { marks } = this.#watch;
    const { number, result } = this.#watch.around(() => call(this.store));
    this.#last = number;
    const settled = result.then(
      () => marks.acknowledged(number),
      () => marks.refused(number),
    );
    this.#pending.add(settled);
    void settled.finally(() => this.#pending.delete(settled));
    return settled;
  }

  put(key: string, bytes: number): Promise<void> {
    return this.write((store) => store.put(key, key.padEnd(bytes, '.')));
  }

  /** Writes so many records without waiting, until all are acknowledged or refused. */
  async fill(name: string, count: number, bytes: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      void this.put(`${name} ${index}`, bytes);
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(this.#pending);
  }

  /** Everything before it is acknowledged when it returns. */
  flushSync(): void {
    this.store.flushSync();
    this.#watch.marks.acknowledged(this.#last);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
    await this.store.close();
    this.#watch.marks.note('closed');
  }
}
