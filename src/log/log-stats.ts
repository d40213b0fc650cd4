// What a log says of itself: counters of its ring and syncer, and how far everything is.

import {
  LANE_IN_PLACE,
  LANE_ROTATIONS,
  LANE_STALLS,
  SLOT_STANDBY,
  SLOT_STATE,
  SYNC_COUNT,
} from '../control/control-block.js';
import { isPoisoned } from '../control/poison.js';
import type { LogEngine } from './log-engine.js';

export interface LogStats {
  /** How records reach the disk. */
  io: 'mapped' | 'buffered';
  isPoisoned: boolean;
  /** Bytes of the log: from its beginning to the next entry. */
  bytes: number;
  /** Segments of the log, standbys not among them, and slots of the ring. */
  segments: number;
  ringSegments: number;
  /** Standbys that are ready. */
  standbys: number;
  /** Generation of the segment that is being written. */
  generation: number;
  /** Since the log was opened: segments left for another one. */
  rotations: number;
  /** Of them, prepared by an append itself for want of a standby. */
  inPlace: number;
  /** Appends that waited for a segment. */
  stalls: number;
  /** Rounds of the syncer that synced a file. */
  syncs: number;
}

export function readLogStats(engine: LogEngine): LogStats {
  const { control, isMapped } = engine.context;
  const { words, slotsPerLane } = control;
  const at = control.laneStart(0);
  let standbys = 0;
  for (let slot = 0; slot < slotsPerLane; slot++) {
    const state = Atomics.load(words, control.slotStart(0, slot) + SLOT_STATE);
    if (state === SLOT_STANDBY) standbys++;
  }
  return {
    io: isMapped ? 'mapped' : 'buffered',
    isPoisoned: isPoisoned(control),
    bytes: engine.position - engine.places[0]!.position,
    segments: engine.places.length,
    ringSegments: slotsPerLane,
    standbys,
    generation: engine.places.at(-1)!.generation,
    rotations: words[at + LANE_ROTATIONS]! >>> 0,
    inPlace: words[at + LANE_IN_PLACE]! >>> 0,
    stalls: words[at + LANE_STALLS]! >>> 0,
    syncs: words[SYNC_COUNT]! >>> 0,
  };
}
