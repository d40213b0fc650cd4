// One round of group commit, a plain function over shared memory and files: capture every lane
// under its lock, write out images where records are not mapped, fdatasync every file with new
// bytes, then raise the synced positions to what was captured, and the durable sequence.
// Owner: the store's syncer. Its descriptors are its own, opened before a segment may become active
// and kept until it is durable, so no error is reported to somebody else. A failure poisons.

import type { ControlBlock } from '../control/control-block.js';
import {
  DURABLE,
  LANE_ENTRIES,
  LANE_LOCK,
  LANE_POSITION,
  LANE_SLOT,
  LANE_SYNCED_ENTRIES,
  NEXT_SEQUENCE,
  PREPARE_DONE,
  ROUND,
  SLOT_ACTIVE,
  SLOT_DRAINING,
  SLOT_END,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_PREPARED,
  SLOT_SEALED,
  SLOT_STANDBY,
  SLOT_STATE,
  SLOT_SYNCED,
  SYNC_COUNT,
  URGENT,
} from '../control/control-block.js';
import { releaseLock, tryAcquireLock } from '../control/lane-lock.js';
import { isPoisoned, poison } from '../control/poison.js';
import type { PoolMemory } from '../control/pool.js';
import { segmentName } from '../format/file-name.js';
import type { FileSystem, WritableFile } from '../io/file-system.js';

const LOCK_POLL_MS = 1;

export interface SyncContext {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly control: ControlBlock;
  readonly memory: PoolMemory;
  readonly isMapped: boolean;
}

interface Capture {
  slot: number;
  position: number;
  entries: number;
}

export class SyncRound {
  readonly #context: SyncContext;
  readonly #mark: number;
  readonly #files = new Map<number, WritableFile>();
  readonly #captures: Capture[] = [];

  constructor(context: SyncContext, mark: number) {
    this.#context = context;
    this.#mark = mark;
    for (let lane = 0; lane < context.control.lanesMax; lane++) {
      this.#captures.push({ slot: 0, position: 0, entries: 0 });
    }
  }

  /** Opens the descriptors of prepared segments, which thereby become standbys. */
  admitPrepared(): void {
    const { control } = this.#context;
    if (isPoisoned(control)) return;
    try {
      let admitted = 0;
      for (let lane = 0; lane < control.lanesMax; lane++) {
        for (let slot = 0; slot < control.slotsPerLane; slot++) {
          const at = control.slotStart(lane, slot);
          if (Atomics.load(control.words, at + SLOT_STATE) !== SLOT_PREPARED) continue;
          this.#fileOf(lane, at);
          // A new lane's first segment becomes active without waiting for this: it stays that.
          const state = at + SLOT_STATE;
          Atomics.compareExchange(control.words, state, SLOT_PREPARED, SLOT_STANDBY);
          admitted++;
        }
      }
      if (admitted === 0) return;
      Atomics.add(control.words, PREPARE_DONE, 1);
      Atomics.notify(control.words, PREPARE_DONE);
    } catch (error) {
      poison(control, error);
    }
  }

  /** Makes everything published so far durable. True if there was anything to do. */
  run(): boolean {
    const { control } = this.#context;
    if (isPoisoned(control)) return false;
    const { words } = control;
    Atomics.store(words, URGENT, 0);
    Atomics.store(words, ROUND, (words[ROUND]! + 1) | 0);
    const next = Atomics.load(words, NEXT_SEQUENCE);
    const durable = (next - 1) | 0;
    if (durable === words[DURABLE]) return false;
    try {
      for (let lane = 0; lane < control.lanesMax; lane++) {
        if (control.isPresent(lane)) this.#capture(lane);
      }
      for (let lane = 0; lane < control.lanesMax; lane++) {
        if (control.isPresent(lane)) this.#syncLane(lane);
      }
    } catch (error) {
      poison(control, error);
      return false;
    }
    // A writer that failed after it took its sequence has poisoned the store before it gave its
    // lock back: its number is missing, so nothing past it may be called durable.
    if (isPoisoned(control)) return false;
    words[SYNC_COUNT] = words[SYNC_COUNT]! + 1;
    Atomics.store(words, DURABLE, durable);
    Atomics.notify(words, DURABLE);
    return true;
  }

  /** Closes every descriptor. */
  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  /**
   * Everything below the sequence read before is published once the lane's lock was held: the
   * fence.
   */
  #capture(lane: number): void {
    const { words } = this.#context.control;
    const at = this.#context.control.laneStart(lane);
    // A writer that holds the lock may wait for a prepared segment to be admitted.
    while (!tryAcquireLock(words, at + LANE_LOCK, this.#mark, LOCK_POLL_MS)) this.admitPrepared();
    const capture = this.#captures[lane]!;
    capture.slot = words[at + LANE_SLOT]!;
    capture.position = words[at + LANE_POSITION]!;
    capture.entries = words[at + LANE_ENTRIES]!;
    releaseLock(words, at + LANE_LOCK);
  }

  #syncLane(lane: number): void {
    const { control } = this.#context;
    const capture = this.#captures[lane]!;
    for (let slot = 0; slot < control.slotsPerLane; slot++) {
      const at = control.slotStart(lane, slot);
      const state = Atomics.load(control.words, at + SLOT_STATE);
      if (state !== SLOT_ACTIVE && state !== SLOT_DRAINING) continue;
      if (slot === capture.slot) this.#syncSlot(lane, at, capture.position);
      else if (state === SLOT_DRAINING) this.#syncSlot(lane, at, control.words[at + SLOT_END]!);
    }
    control.words[control.laneStart(lane) + LANE_SYNCED_ENTRIES] = capture.entries;
  }

  #syncSlot(lane: number, at: number, end: number): void {
    const { control, memory, isMapped } = this.#context;
    const { words } = control;
    const synced = words[at + SLOT_SYNCED]!;
    const file = this.#fileOf(lane, at);
    if (end > synced) {
      if (!isMapped)
        file.write(memory.bytes, words[at + SLOT_IMAGE]! * 8 + synced, end - synced, synced);
      file.sync();
      Atomics.store(words, at + SLOT_SYNCED, end);
    }
    const isDrained = Atomics.load(words, at + SLOT_STATE) === SLOT_DRAINING;
    if (isDrained && words[at + SLOT_SYNCED] === words[at + SLOT_END]) {
      this.#files.delete(words[at + SLOT_GENERATION]! >>> 0);
      file.close();
      Atomics.store(words, at + SLOT_STATE, SLOT_SEALED);
      // The writer of a log may wait for a segment that is drained.
      Atomics.add(words, PREPARE_DONE, 1);
      Atomics.notify(words, PREPARE_DONE);
    }
  }

  #fileOf(lane: number, at: number): WritableFile {
    const { control, fileSystem, directory } = this.#context;
    const generation = control.words[at + SLOT_GENERATION]! >>> 0;
    const known = this.#files.get(generation);
    if (known !== undefined) return known;
    const path = fileSystem.join(directory, segmentName(lane, generation));
    const file = fileSystem.openWrite(path);
    this.#files.set(generation, file);
    return file;
  }
}
