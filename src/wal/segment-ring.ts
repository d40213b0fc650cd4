// A lane's ring of segments as its writer sees it: which slot is active, which is standby, how to
// get the next one. Preparing itself is done by prepareSegment, on the preparer's thread when it is
// quick enough, else here, counted.
// Owner: the lane's thread.

import {
  LANE_IN_PLACE,
  LANE_STALLS,
  LANE_WANTED,
  PREPARE_DONE,
  PREPARE_NONE,
  PREPARE_REQUEST,
  PREPARE_WANTED,
  SLOT_ACTIVE,
  SLOT_ADDRESS_HIGH,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_PREPARED,
  SLOT_PREPARING,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../control/control-block.js';
import { isPoisoned, poison, poisonError } from '../control/poison.js';
import { isLaneError, LaneError } from '../errors.js';
import type { MappedRegion } from '../io/file-system.js';
import { beginPreparing, canClaimSlot, claimSlot, endPreparing } from './claim-slot.js';
import { prepareNext } from './prepare-segment.js';
import type { LogContext } from './segment-spec.js';

const WAIT_MS = 20;

/** What the ring needs from whoever runs the background work. */
export interface RingHelp {
  /**
   * Opens the syncer's descriptors of prepared segments soon; called when a writer waits for one.
   */
  admitPrepared(): void;
  /** Has what is written made durable soon: a writer waits for a segment that is drained. */
  drain(): void;
}

export class SegmentRing {
  readonly context: LogContext;
  readonly lane: number;
  readonly #help: RingHelp;
  readonly #stallMsMax: number;
  readonly #regions = new Map<number, MappedRegion>();

  constructor(context: LogContext, lane: number, options: { help: RingHelp; stallMsMax: number }) {
    this.context = context;
    this.lane = lane;
    this.#help = options.help;
    this.#stallMsMax = options.stallMsMax;
  }

  /** Asks the preparer for a standby, unless there is one or it was asked already. */
  requestStandby(): void {
    const { control } = this.context;
    const wanted = control.laneStart(this.lane) + LANE_WANTED;
    if (this.#oldestReady() >= 0) return;
    const before = Atomics.compareExchange(control.words, wanted, PREPARE_NONE, PREPARE_WANTED);
    if (before !== PREPARE_NONE) return;
    Atomics.add(control.words, PREPARE_REQUEST, 1);
    Atomics.notify(control.words, PREPARE_REQUEST);
  }

  /**
   * A segment with room for a record of `bytes` bytes, marked active: a standby, or one prepared
   * here, attached to this thread. Waits for the preparer or the syncer when they are at it, at
   * most stallMsMax. Throws STORE_FULL, DISK_FULL, STORE_STALLED with nothing changed; poisons the
   * store on IO_ERROR.
   */
  takeNext(bytes: number): number {
    const { control } = this.context;
    const deadline = performance.now() + this.#stallMsMax;
    let isCounted = false;
    for (;;) {
      if (isPoisoned(control)) throw poisonError(control);
      const seen = Atomics.load(control.words, PREPARE_DONE);
      const ready = this.#oldestReady();
      if (ready >= 0 && this.#stateOf(ready) === SLOT_STANDBY) return this.#activate(ready);
      if (ready >= 0) {
        this.#help.admitPrepared();
        if (this.#stateOf(ready) === SLOT_STANDBY) continue;
      } else if (this.#prepareInPlace(bytes)) continue;
      if (!isCounted) this.#count(LANE_STALLS);
      isCounted = true;
      Atomics.wait(control.words, PREPARE_DONE, seen, WAIT_MS);
      if (performance.now() > deadline) {
        // What poisoned the store meanwhile says more than that nothing came.
        if (isPoisoned(control)) throw poisonError(control);
        throw new LaneError('STORE_STALLED', 'no segment became ready in time (stallMsMax)');
      }
    }
  }

  /** Length of the segment in a slot. */
  bytesOf(slot: number): number {
    return this.context.control.words[this.#at(slot) + SLOT_BYTES]!;
  }

  generationOf(slot: number): number {
    return this.context.control.words[this.#at(slot) + SLOT_GENERATION]! >>> 0;
  }

  /**
   * The mapping of a slot's file, as this thread sees it; undefined when images are written out.
   */
  regionOf(slot: number): MappedRegion | undefined {
    if (!this.context.isMapped) return undefined;
    const known = this.#regions.get(slot);
    const { words } = this.context.control;
    const at = this.#at(slot);
    const low = words[at + SLOT_ADDRESS_LOW]!;
    const high = words[at + SLOT_ADDRESS_HIGH]!;
    const bytes = words[at + SLOT_BYTES]!;
    const isKnown = known?.addressLow === low && known.addressHigh === high;
    // An address may come back with another length.
    if (known !== undefined && isKnown && known.bytes.length === bytes) return known;
    const region = this.context.fileSystem.attachRegion(low, high, bytes);
    this.#regions.set(slot, region);
    return region;
  }

  /** Unmaps every segment of the lane. Nobody may write to them any more. */
  unmapAll(): void {
    const { control, fileSystem, isMapped } = this.context;
    if (!isMapped) return;
    for (let slot = 0; slot < control.slotsPerLane; slot++) {
      const state = Atomics.load(control.words, this.#at(slot) + SLOT_STATE);
      if (state === SLOT_FREE || state === SLOT_PREPARING) continue;
      const region = this.regionOf(slot);
      if (region !== undefined) fileSystem.unmapRegion(region);
    }
    this.#regions.clear();
  }

  /** Prepares a segment unless somebody does: false then. */
  #prepareInPlace(bytes: number): boolean {
    const { context, lane } = this;
    if (context.imagesAt !== undefined && !canClaimSlot(context, lane)) {
      this.#help.drain();
      return false;
    }
    const isOurs =
      beginPreparing(context, lane, PREPARE_NONE) || beginPreparing(context, lane, PREPARE_WANTED);
    if (!isOurs) return false;
    // The preparer may have finished since the look at the slots: its segment is the older one.
    const slot = this.#oldestReady() >= 0 ? -1 : claimSlot(context, lane);
    if (slot < 0) {
      endPreparing(context, lane);
      if (this.#oldestReady() >= 0) return true;
      if (context.imagesAt !== undefined) return false;
      throw new LaneError('STORE_FULL', 'every segment of the ring is in use');
    }
    this.#count(LANE_IN_PLACE);
    try {
      prepareNext(context, lane, slot, bytes);
      return true;
    } catch (error) {
      if (isLaneError(error, 'IO_ERROR')) {
        poison(context.control, error);
        throw poisonError(context.control);
      }
      throw error;
    }
  }

  /** Attaches the mapping first: nothing may fail once the segment before it is being ended. */
  #activate(slot: number): number {
    const { control } = this.context;
    try {
      this.regionOf(slot);
    } catch (error) {
      poison(control, error);
      throw poisonError(control);
    }
    Atomics.store(control.words, this.#at(slot) + SLOT_STATE, SLOT_ACTIVE);
    return slot;
  }

  /** The slot, prepared or standby, with the lowest generation: the next to become active. */
  #oldestReady(): number {
    let oldest = -1;
    for (let slot = 0; slot < this.context.control.slotsPerLane; slot++) {
      const state = this.#stateOf(slot);
      if (state !== SLOT_PREPARED && state !== SLOT_STANDBY) continue;
      if (oldest < 0 || this.generationOf(slot) < this.generationOf(oldest)) oldest = slot;
    }
    return oldest;
  }

  #stateOf(slot: number): number {
    return Atomics.load(this.context.control.words, this.#at(slot) + SLOT_STATE);
  }

  #at(slot: number): number {
    return this.context.control.slotStart(this.lane, slot);
  }

  #count(counter: number): void {
    const { control } = this.context;
    const at = control.laneStart(this.lane) + counter;
    control.words[at] = control.words[at]! + 1;
  }
}
