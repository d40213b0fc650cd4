// Giving up the beginning of a log: whole segments, oldest first, and only once the superblock says
// durably that the log begins later.

import {
  LANE_FIRST_GENERATION,
  SLOT_GENERATION,
  SLOT_PREPARED,
  SLOT_SEALED,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../control/control-block.js';
import { removeFiles } from '../directory/directory-files.js';
import { isLaneError, LaneError } from '../errors.js';
import { integerOption } from '../option-values.js';
import type { LogStart } from '../recovery/log-cursor.js';
import { placeName } from '../recovery/log-cursor.js';
import { recycleSegment } from '../wal/prepare-segment.js';
import type { LogEngine } from './log-engine.js';

const ERA_STEP = 4294967296;

/** See Log.retire(). */
export function retire(engine: LogEngine, position: number): number {
  const range = { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: -1 };
  const wanted = integerOption({ position }, 'position', range);
  if (wanted < 0) throw new TypeError('position must be a number');
  engine.guard();
  if (wanted > engine.syncedPosition) {
    throw new LaneError('POSITION_NOT_FOUND', `position ${wanted} is not known durable`, {
      expected: engine.syncedPosition,
      found: wanted,
    });
  }
  const { places } = engine;
  const first = places.findLastIndex((place) => place.position <= wanted);
  if (first <= 0) return 0;
  engine.guardWrite();
  commitBeginning(engine, places[first]!);
  const retired = places.splice(0, first);
  const names: string[] = [];
  for (const place of retired) if (!recycled(engine, place)) names.push(placeName(place));
  const { fileSystem, directory } = engine.context;
  engine.poisonOnFailure(() => removeFiles(fileSystem, directory, names));
  return retired.length;
}

function commitBeginning(engine: LogEngine, place: LogStart): void {
  const { generation, position, sequence, epoch } = place;
  const lane = { ...engine.superblock.block.lanes[0]! };
  lane.firstGeneration = generation;
  lane.liveGeneration = generation;
  engine.commit({
    lanes: [lane],
    firstSequence: sequence % ERA_STEP,
    epoch,
    log: { basePosition: position },
  });
  const { control } = engine.context;
  control.words[control.laneStart(0) + LANE_FIRST_GENERATION] = generation;
}

/**
 * Makes a standby of a retired segment whose slot is still its own, if there is none: preparing a
 * new file costs more. True if its file has another name now; false also when there is no number
 * left to name it by.
 */
function recycled(engine: LogEngine, place: LogStart): boolean {
  const { context } = engine;
  const { words, slotsPerLane } = context.control;
  let own = -1;
  for (let slot = 0; slot < slotsPerLane; slot++) {
    const at = context.control.slotStart(0, slot);
    const state = Atomics.load(words, at + SLOT_STATE);
    if (state === SLOT_PREPARED || state === SLOT_STANDBY) return false;
    const isOwn = words[at + SLOT_GENERATION]! >>> 0 === place.generation;
    if (state === SLOT_SEALED && isOwn) own = slot;
  }
  if (own < 0) return false;
  try {
    return engine.poisonOnFailure(() => recycleSegment(context, 0, own));
  } catch (error) {
    if (isLaneError(error, 'SEQUENCE_LIMIT')) return false;
    throw error;
  }
}
