// The memory of a log: control block, and one image for each slot of its ring.

import {
  ControlBlock,
  LANE_NEXT_BYTES,
  LANE_POSITION,
  LANE_PRESENT,
  LANE_SLOT,
  LANE_STATE,
  SLOT_ACTIVE,
  SLOT_ADDRESS_HIGH,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_STATE,
  SLOT_SYNCED,
} from '../control/control-block.js';
import {
  CHUNK_BYTES,
  createPool,
  initializePool,
  poolChunks,
  takeRun,
  viewPool,
} from '../control/pool.js';
import { invariant } from '../invariant.js';
import { placeName } from '../recovery/log-cursor.js';
import type { LogReport } from '../recovery/recover-log.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { LogRequest } from './log-parts.js';

/**
 * A ring of segments of at most `segmentBytes`, nothing in it; its memory is untouched until used.
 */
export function createRing(
  request: LogRequest,
  storeId: Uint8Array,
  segmentBytes: number,
): { context: LogContext; pool: SharedArrayBuffer } {
  const { directory, environment, isMapped, settings } = request;
  const imageBytes = Math.ceil(segmentBytes / CHUNK_BYTES) * CHUNK_BYTES;
  const slots = settings.ringSegments;
  const chunkCount = poolChunks(imageBytes * slots);
  const control = ControlBlock.create({ lanesMax: 1, slotsPerLane: slots, chunkCount });
  const pool = createPool(chunkCount);
  initializePool(control);
  const imagesAt = takeRun(control, imageBytes * slots);
  invariant(imagesAt >= 0, 'the pool of a log holds its images');
  control.words[control.laneStart(0) + LANE_STATE] = LANE_PRESENT;
  const context = {
    fileSystem: environment.fileSystem,
    directory,
    storeId,
    control,
    memory: viewPool(pool),
    isMapped,
    segmentBytes,
    imagesAt,
  };
  return { context, pool };
}

/** Goes on in the segment in which the log ends. */
export function resumeSegment(context: LogContext, report: LogReport): void {
  const { control, fileSystem, directory } = context;
  const { words } = control;
  const place = report.places.at(-1)!;
  const file = fileSystem.openWrite(fileSystem.join(directory, placeName(place)));
  try {
    const bytes = place.segmentBytes;
    const region = context.isMapped ? fileSystem.mapRegion(file, bytes) : undefined;
    const at = control.slotStart(0, 0);
    words[at + SLOT_GENERATION] = place.generation;
    words[at + SLOT_BYTES] = bytes;
    words[at + SLOT_IMAGE] = context.imagesAt! >>> 3;
    words[at + SLOT_ADDRESS_LOW] = region?.addressLow ?? 0;
    words[at + SLOT_ADDRESS_HIGH] = region?.addressHigh ?? 0;
    words[at + SLOT_SYNCED] = report.endOffset;
    words[at + SLOT_STATE] = SLOT_ACTIVE;
    const laneAt = control.laneStart(0);
    words[laneAt + LANE_SLOT] = 0;
    words[laneAt + LANE_POSITION] = report.endOffset;
    words[laneAt + LANE_NEXT_BYTES] = Math.min(context.segmentBytes, bytes * 2);
  } finally {
    file.close();
  }
}
