// The control block: every word that threads share, in one SharedArrayBuffer. This file is the list
// of the words and of who writes each; it holds no logic beyond laying them out and making them.
// Words marked (atomic) are changed by several threads with Atomics only; all others have one
// writer.

export const LANES_LIMIT = 64;

/** Global words. */
export const LAYOUT = 0; // constant after creation
export const LANES_MAX = 1; // constant after creation
export const SLOTS_PER_LANE = 2; // constant after creation
export const CHUNK_COUNT = 3; // constant after creation
export const ERA = 4; // constant after creation
export const IS_BUFFERED = 5; // constant after creation
export const POISON = 6; // (atomic) compare-exchange from 0 by the first thread that fails
export const POISON_BYTES = 7; // the thread that set POISON
export const NEXT_GENERATION = 8; // (atomic) add by whoever prepares a segment
export const EPOCH = 9; // constant after creation
export const COORDINATOR_LOCK = 10; // (atomic) lock word
export const FREE_CHUNKS = 11; // (atomic) chunks of the pool that nobody has reserved
export const CLOSING = 12; // the thread that closes the store
export const SYNCER_STATE = 13; // (atomic) the syncer, and the thread that starts it
export const PREPARER_STATE = 14; // (atomic) the preparer, and the thread that starts it
export const NEXT_SEQUENCE = 16; // (atomic) compare-exchange by writers under their lane's lock
export const DURABLE = 32; // the syncer
export const ROUND = 33; // the syncer
export const SYNC_COUNT = 34; // the syncer: rounds that synced a file
export const SYNC_REQUEST = 48; // (atomic) add by any thread; the syncer waits on it
export const URGENT = 49; // (atomic) set by waiters, cleared by the syncer
export const SYNCER_SLEEP = 50; // the syncer: what wakes it, one of the values below
export const PREPARE_REQUEST = 64; // (atomic) add by any thread; the preparer waits on it
export const PREPARE_DONE = 65; // (atomic) add by preparer and syncer; writers wait on it
export const GLOBAL_WORDS = 80;

/** Values of SYNCER_STATE and PREPARER_STATE. */
export const ROLE_VACANT = 0;
export const ROLE_STARTING = 1;
export const ROLE_RUNNING = 2;
export const ROLE_STOPPED = 3;

/** Values of SYNCER_SLEEP. A wake-up costs the caller microseconds: only who must be is woken. */
export const SLEEP_NONE = 0; // it is at work
export const SLEEP_IDLE = 1; // any request wakes it
export const SLEEP_PACED = 2; // only an urgent request wakes it: a round is due soon anyway

/**
 * Words of a lane, counted from laneStart(). Written by the lane's thread under its lock unless
 * noted.
 */
export const LANE_LOCK = 0; // (atomic) 0 free, else the holder's mark; see lane-lock.ts
// Who adds the lane, under the coordinator's lock: LANE_ABSENT or LANE_PRESENT.
export const LANE_STATE = 1;
export const LANE_CLAIM = 2; // the sequence being written, 0 = none
export const LANE_PUBLISHED = 3; // sequence of the last published record
export const LANE_SLOT = 4; // index of the active slot
export const LANE_POSITION = 5; // offset in the active segment: end of the last published record
export const LANE_ENTRIES = 6; // records appended since open
// The syncer: LANE_ENTRIES at the capture of the last finished sync.
export const LANE_SYNCED_ENTRIES = 7;
export const LANE_STALLS = 8; // times the writer waited for a segment
export const LANE_IN_PLACE = 9; // segments prepared on the writer's own thread
export const LANE_ROTATIONS = 10; // rotations done
export const LANE_LAST_COMMIT = 11; // location of the newest commit record, 0 = none
export const LANE_NEXT_BYTES = 12; // length of the next segment to prepare
export const LANE_FIRST_GENERATION = 13; // oldest generation of the lane's chain
export const LANE_WANTED = 14; // (atomic) PREPARE_NONE, or the values below: one prepares at a time
// Who recycles segments, one at a time: bytes of records in those that were, low and high half.
export const LANE_RETIRED_LOW = 15;
export const LANE_MEMTABLE = 16; // 16 words for the lane's memtable of even epochs
export const LANE_RETIRED_HIGH = 32;
export const LANE_INDEX_RESERVED = 33; // chunks reserved for the lane's memtables
export const LANE_MEMTABLE_ODD = 48; // 16 words for the lane's memtable of odd epochs
export const LANE_WORDS = 64;
/** Values of LANE_WANTED. */
export const PREPARE_NONE = 0;
export const PREPARE_WANTED = 1; // the writer asks for a standby
export const PREPARE_RUNNING = 2; // somebody prepares a segment of the lane
export const LANE_ABSENT = 0;
export const LANE_PRESENT = 1;

/** Words of a slot (one segment of a lane's ring), counted from slotStart(). */
export const SLOT_STATE = 0; // (atomic) compare-exchange: see the states below
export const SLOT_GENERATION = 1; // who prepares it
export const SLOT_BYTES = 2; // who prepares it
export const SLOT_IMAGE = 3; // who prepares it: byte offset of the image in the pool / 8
export const SLOT_ADDRESS_LOW = 4; // who prepares it: address of the mapping
export const SLOT_ADDRESS_HIGH = 5; // who prepares it
// The writer, under its lock, at rotation: offset after the trailer; 0 before.
export const SLOT_END = 6;
export const SLOT_SYNCED = 7; // the syncer: bytes of the file known durable
export const SLOT_ORDER = 8; // the writer: position in the lane's chain since open
export const SLOT_WORDS = 16;

/** A slot's life. In use from SLOT_ACTIVE on. */
export const SLOT_FREE = 0;
export const SLOT_PREPARING = 1; // claimed by one preparing thread
export const SLOT_PREPARED = 2; // the file is complete and named; the syncer has no descriptor yet
export const SLOT_STANDBY = 3; // the syncer holds its descriptor: may become active
export const SLOT_ACTIVE = 4;
export const SLOT_DRAINING = 5; // rotated out; the syncer may not have synced all of it
export const SLOT_SEALED = 6; // everything in it is durable

export const LAYOUT_VERSION = 1;
const WORDS_PER_BLOCK = 16;
export const POISON_TEXT_BYTES = 4096;

export interface ControlShape {
  lanesMax: number;
  slotsPerLane: number;
  chunkCount: number;
}

/** Views over a control block and its derived offsets. One object per store and thread. */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly lanesMax: number;
  readonly slotsPerLane: number;
  readonly chunkCount: number;
  /** First word of the chunk table: one word a chunk of the pool, 0 = free. (atomic) */
  readonly chunkTable: number;
  /** Bytes of the text that describes the poison. */
  readonly poisonText: Uint8Array;
  readonly #laneWords: number;

  /** Views over an existing block, for instance one that another thread made. */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    if (this.words[LAYOUT] !== LAYOUT_VERSION) throw new TypeError('not a control block');
    this.lanesMax = this.words[LANES_MAX]!;
    this.slotsPerLane = this.words[SLOTS_PER_LANE]!;
    this.chunkCount = this.words[CHUNK_COUNT]!;
    this.#laneWords = LANE_WORDS + this.slotsPerLane * SLOT_WORDS;
    this.chunkTable = GLOBAL_WORDS + this.lanesMax * this.#laneWords;
    const textStart = 4 * (this.chunkTable + this.chunkCount);
    this.poisonText = new Uint8Array(buffer, textStart, POISON_TEXT_BYTES);
  }

  /** A new block: everything zero but its shape. */
  static create(shape: ControlShape): ControlBlock {
    const laneWords = LANE_WORDS + shape.slotsPerLane * SLOT_WORDS;
    const words = GLOBAL_WORDS + shape.lanesMax * laneWords + shape.chunkCount + WORDS_PER_BLOCK;
    const buffer = new SharedArrayBuffer(4 * words + POISON_TEXT_BYTES);
    const view = new Int32Array(buffer);
    view[LANES_MAX] = shape.lanesMax;
    view[SLOTS_PER_LANE] = shape.slotsPerLane;
    view[CHUNK_COUNT] = shape.chunkCount;
    view[NEXT_SEQUENCE] = 1;
    view[LAYOUT] = LAYOUT_VERSION;
    return new ControlBlock(buffer);
  }

  /** First word of a lane. */
  laneStart(lane: number): number {
    return GLOBAL_WORDS + lane * this.#laneWords;
  }

  /** First word of a slot of a lane. */
  slotStart(lane: number, slot: number): number {
    return GLOBAL_WORDS + lane * this.#laneWords + LANE_WORDS + slot * SLOT_WORDS;
  }

  isPresent(lane: number): boolean {
    return Atomics.load(this.words, this.laneStart(lane) + LANE_STATE) === LANE_PRESENT;
  }
}
