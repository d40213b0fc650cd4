// What stats() tells: counters and sizes of an open store, read without stopping anybody.

import type { ControlBlock } from '../control/control-block.js';
import {
  DURABLE,
  IS_BUFFERED,
  LANE_ENTRIES,
  LANE_IN_PLACE,
  LANE_POSITION,
  LANE_ROTATIONS,
  LANE_SLOT,
  LANE_STALLS,
  LANE_SYNCED_ENTRIES,
  SLOT_ACTIVE,
  SLOT_BYTES,
  SLOT_END,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_PREPARED,
  SLOT_PREPARING,
  SLOT_STANDBY,
  SLOT_STATE,
  SLOT_SYNCED,
  SYNC_COUNT,
} from '../control/control-block.js';
import { isPoisoned } from '../control/poison.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { RecoveryReport } from '../recovery/report.js';
import { readRetired } from '../wal/retired-bytes.js';
import type { Engine } from './engine.js';

export type { RecoveryReport };

/** One lane's log. Bytes and counts are of this open. */
export interface LaneStats {
  lane: number;
  /** Generation of the active segment. */
  generation: number;
  /** Bytes appended, and bytes of them known durable. */
  position: number;
  syncedPosition: number;
  /** Records appended since the last finished sync began. */
  entriesSinceSync: number;
  /** Times a writer waited for a segment. */
  stalls: number;
  rotations: number;
  /** Segments that the writer had to prepare itself. */
  preparedInPlace: number;
  /** Segments with a file: in use, and waiting. */
  segments: number;
  standbys: number;
}

export interface StoreStats {
  path: string;
  io: 'mapped' | 'buffered';
  isReadOnly: boolean;
  isPoisoned: boolean;
  /** Keys that exist. */
  keys: number;
  /** Full sequence of the newest write, and of the last durable one. */
  sequence: number;
  durableSequence: number;
  /** Rounds of the syncer that synced a file. */
  syncs: number;
  snapshots: number;
  memory: {
    /** Of the pool: in use, of that by the index, and the limit (option memoryBytes). */
    usedBytes: number;
    indexBytes: number;
    limitBytes: number;
    /** Newest operations of keys that exist, and all operations in memory. */
    liveBytes: number;
    totalBytes: number;
  };
  /** Bytes of segment files that this open writes to, the rest of the ring included. */
  ringBytes: number;
  lanes: LaneStats[];
  /** What the open found; undefined for a store that it made. */
  recovery: RecoveryReport | undefined;
}

const ERA_SEQUENCES = 2 ** 32;

/** Reads the counters of a store. */
export function readStats(engine: Engine, snapshots: number): StoreStats {
  const { log, context, report, writer } = engine;
  const { control, memtable } = log;
  const base = log.era * ERA_SEQUENCES;
  const lanes: LaneStats[] = [];
  let ringBytes = 0;
  for (let lane = 0; lane < control.lanesMax; lane++) {
    if (!control.isPresent(lane)) continue;
    lanes.push(readLane(control, lane));
    ringBytes += ringBytesOf(control, lane);
  }
  return {
    path: context.directory,
    io: control.words[IS_BUFFERED] === 1 ? 'buffered' : 'mapped',
    isReadOnly: writer === undefined,
    isPoisoned: isPoisoned(control),
    keys: memtable.liveKeys,
    sequence: base + engine.newestSequence(),
    durableSequence: base + (Atomics.load(control.words, DURABLE) >>> 0),
    syncs: control.words[SYNC_COUNT]! >>> 0,
    snapshots,
    memory: {
      ...log.usage(),
      indexBytes: memtable.state.indexBytes,
      liveBytes: memtable.liveBytes,
      totalBytes: memtable.totalBytes,
    },
    ringBytes,
    lanes,
    recovery: report,
  };
}

function readLane(control: ControlBlock, lane: number): LaneStats {
  const { words } = control;
  const at = control.laneStart(lane);
  const active = control.slotStart(lane, words[at + LANE_SLOT]!);
  const sum = {
    position: readRetired(control, lane),
    synced: 0,
    segments: 0,
    standbys: 0,
  };
  sum.synced = sum.position;
  for (let slot = 0; slot < control.slotsPerLane; slot++) {
    const slotAt = control.slotStart(lane, slot);
    const state = Atomics.load(words, slotAt + SLOT_STATE);
    if (state === SLOT_STANDBY || state === SLOT_PREPARED) sum.standbys++;
    if (state < SLOT_ACTIVE) continue;
    sum.segments++;
    const end = slotAt === active ? words[at + LANE_POSITION]! : words[slotAt + SLOT_END]!;
    sum.position += end - SEGMENT_HEADER_BYTES;
    sum.synced += words[slotAt + SLOT_SYNCED]! - SEGMENT_HEADER_BYTES;
  }
  return {
    lane,
    generation: words[active + SLOT_GENERATION]! >>> 0,
    position: sum.position,
    syncedPosition: Math.min(sum.synced, sum.position),
    entriesSinceSync: (words[at + LANE_ENTRIES]! - words[at + LANE_SYNCED_ENTRIES]!) >>> 0,
    stalls: words[at + LANE_STALLS]! >>> 0,
    rotations: words[at + LANE_ROTATIONS]! >>> 0,
    preparedInPlace: words[at + LANE_IN_PLACE]! >>> 0,
    segments: sum.segments,
    standbys: sum.standbys,
  };
}

function ringBytesOf(control: ControlBlock, lane: number): number {
  let bytes = 0;
  for (let slot = 0; slot < control.slotsPerLane; slot++) {
    const at = control.slotStart(lane, slot);
    const state = Atomics.load(control.words, at + SLOT_STATE);
    if (state !== SLOT_FREE && state !== SLOT_PREPARING) bytes += control.words[at + SLOT_BYTES]!;
  }
  return bytes;
}
