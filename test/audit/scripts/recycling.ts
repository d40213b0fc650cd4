// Two lanes below the public interface, whose sealed segments are used again behind a superblock
// that no longer leads to them: the old name goes, then its bytes, then the new name comes.

import {
  DURABLE,
  LANE_FIRST_GENERATION,
  LANE_SLOT,
  NEXT_GENERATION,
  SLOT_GENERATION,
  SLOT_SEALED,
  SLOT_STATE,
} from '../../../src/control/control-block.js';
import { isPoisoned, poisonError } from '../../../src/control/poison.js';
import type { SuperblockWriter } from '../../../src/directory/superblock-writer.js';
import { KIND_PUT, kindWord } from '../../../src/format/operation.js';
import { STORE_OPEN } from '../../../src/format/superblock.js';
import { addLane } from '../../../src/store/lanes.js';
import { createLog } from '../../../src/store/open-log.js';
import { readOptions } from '../../../src/store/options.js';
import type { Background } from '../../../src/sync/background.js';
import { nodeEnvironment } from '../../../src/threads/environment.js';
import { LaneWriter } from '../../../src/wal/lane-writer.js';
import { moveFirstGeneration, recycleSegment } from '../../../src/wal/prepare-segment.js';
import { SegmentRing } from '../../../src/wal/segment-ring.js';
import type { LogContext } from '../../../src/wal/segment-spec.js';
import type { AuditScript } from '../script.js';
import { LaneWatch, type Stage } from '../stage.js';

const LANES = 2;
const LAPS = 3;
const RECORDS = 50;
const RECORD_BYTES = 2000;
const STALL_MS_MAX = 30_000;
const OPTIONS = { memoryBytes: 4 << 20, segmentBytes: 65_536, syncDelayMs: 0 };
/** Segments used again, at least one in each lane and lap. */
const RECYCLED_MIN = LANES * LAPS;

interface Lane {
  readonly lane: number;
  readonly writer: LaneWriter;
  readonly watch: LaneWatch;
}

class RecyclingStore {
  readonly #context: LogContext;
  readonly #superblock: SuperblockWriter;
  readonly #background: Background;
  readonly #lanes: Lane[] = [];
  readonly #stage: Stage;

  constructor(stage: Stage) {
    const environment = { ...nodeEnvironment(), lanesMax: LANES };
    const { path, io } = stage;
    environment.fileSystem.makeDirectory(path);
    const isMapped = io === 'mapped';
    const settings = readOptions(path, { ...OPTIONS, io });
    const { context, log, superblock } = createLog({
      directory: path,
      settings,
      environment,
      isMapped,
    });
    this.#stage = stage;
    this.#context = context;
    this.#superblock = superblock!;
    this.#background = environment.background(context.control, {
      control: context.control.buffer,
      pool: log.pool,
      directory: path,
      storeId: context.storeId,
      isMapped,
      segmentBytes: OPTIONS.segmentBytes,
      syncDelayMs: OPTIONS.syncDelayMs,
    });
    this.#superblock.commit({ state: STORE_OPEN, nextGeneration: this.#nextGeneration });
    this.#background.start();
    for (let lane = 0; lane < LANES; lane++) {
      if (lane > 0) addLane(context, this.#superblock, lane, environment.mark);
      const ring = new SegmentRing(context, lane, {
        help: this.#background,
        stallMsMax: STALL_MS_MAX,
      });
      const hook = { stamp: () => undefined, insert: () => undefined };
      const writer = new LaneWriter(ring, hook, environment.mark);
      this.#lanes.push({ lane, writer, watch: new LaneWatch(context.control, lane, stage.marks) });
    }
  }

  /** A record in each lane; the second is waited for, and with it both are acknowledged. */
  write(): void {
    let last = { number: 0, sequence: 0 };
    for (const { writer, watch } of this.#lanes) {
      const { number, result } = watch.around(() => this.#append(writer));
      last = { number, sequence: result };
    }
    this.#awaitDurable(last.sequence);
    this.#stage.marks.acknowledged(last.number);
  }

  /** From now on the log begins in the segments in use; those before are used again. */
  recycle(): void {
    const lanes = this.#lanes.map(({ lane }) => {
      const generation = this.#generationOf(lane, this.#words[this.#laneAt(lane) + LANE_SLOT]!);
      moveFirstGeneration(this.#context, lane, generation);
      const ends = { endGeneration: generation, endOffset: 0 };
      return { lane, firstGeneration: generation, liveGeneration: generation, ...ends };
    });
    const durable = this.#words[DURABLE]! >>> 0;
    const nextGeneration = this.#nextGeneration;
    const firstSequence = durable + 1;
    this.#superblock.commit({ state: STORE_OPEN, firstSequence, durable, nextGeneration, lanes });
    for (const { lane } of this.#lanes) {
      for (const slot of this.#sealed(lane)) recycleSegment(this.#context, lane, slot);
    }
    // Descriptors of the new generations are the syncer's to open.
    this.#background.admitPrepared();
  }

  async close(): Promise<void> {
    await this.#background.stop();
    for (const { writer } of this.#lanes) writer.ring.unmapAll();
  }

  #append(writer: LaneWriter): number {
    writer.reserve(RECORD_BYTES, false);
    const { words, bytes } = this.#context.memory;
    const data = writer.dataStart;
    words.fill(0, data >>> 2, (data >>> 2) + 4);
    words[data >>> 2] = kindWord(KIND_PUT, 0, 4);
    words[(data >>> 2) + 1] = RECORD_BYTES - 20;
    bytes.fill(97, data + 16, data + RECORD_BYTES);
    return writer.append(RECORD_BYTES, false) >>> 0;
  }

  #awaitDurable(sequence: number): void {
    this.#background.requestSync(true);
    for (;;) {
      const seen = Atomics.load(this.#words, DURABLE);
      if (seen >>> 0 >= sequence) return;
      if (isPoisoned(this.#context.control)) throw poisonError(this.#context.control);
      this.#background.awaitDurable(seen);
    }
  }

  #sealed(lane: number): number[] {
    const { control } = this.#context;
    const slots = Array.from({ length: control.slotsPerLane }, (_, slot) => slot);
    const first = this.#words[this.#laneAt(lane) + LANE_FIRST_GENERATION]! >>> 0;
    return slots.filter((slot) => {
      const state = this.#words[control.slotStart(lane, slot) + SLOT_STATE];
      return state === SLOT_SEALED && this.#generationOf(lane, slot) < first;
    });
  }

  #generationOf(lane: number, slot: number): number {
    return this.#words[this.#context.control.slotStart(lane, slot) + SLOT_GENERATION]! >>> 0;
  }

  get #words(): Int32Array {
    return this.#context.control.words;
  }

  get #nextGeneration(): number {
    return Atomics.load(this.#words, NEXT_GENERATION) >>> 0;
  }

  #laneAt(lane: number): number {
    return this.#context.control.laneStart(lane);
  }
}

export const script: AuditScript = {
  does: 'uses sealed segments of two lanes again',
  async run(stage) {
    const store = new RecyclingStore(stage);
    for (let lap = 0; lap < LAPS; lap++) {
      for (let index = 0; index < RECORDS; index++) store.write();
      store.recycle();
    }
    for (let index = 0; index < RECORDS; index++) store.write();
    await store.close();
  },
  lacks: ({ acknowledgements, recycled }) => {
    const wanted = (LAPS + 1) * RECORDS;
    if (acknowledgements < wanted) return `only ${acknowledgements} acknowledgements`;
    return recycled >= RECYCLED_MIN ? undefined : `only ${recycled} segments were recycled`;
  },
};
