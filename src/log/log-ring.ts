// The memory of a log: control block, and one image for each slot of its ring.

import { ControlBlock, LANE_PRESENT, LANE_STATE } from '../control/control-block.js';
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
import { resumeSegment } from '../wal/resume-segment.js';
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
export function resumeLog(context: LogContext, report: LogReport): void {
  const { fileSystem, directory } = context;
  const place = report.places.at(-1)!;
  const { generation, segmentBytes: bytes } = place;
  const file = fileSystem.openWrite(fileSystem.join(directory, placeName(place)));
  try {
    const image = context.imagesAt!;
    resumeSegment(context, file, { generation, bytes, image, end: report.endOffset });
  } finally {
    file.close();
  }
}
