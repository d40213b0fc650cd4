// A new era of a log whose low numbers are half used: it goes on in a segment of the next era,
// whose first record has the low half 1. Durable before a record is.

import { recordCrc, segmentSeed } from '../codec/crc32.js';
import { DURABLE, ERA, NEXT_GENERATION, NEXT_SEQUENCE } from '../control/control-block.js';
import { segmentName } from '../format/file-name.js';
import { KIND_ROTATION_TRAILER, kindWord } from '../format/operation.js';
import { RECORD_HEADER_BYTES, TRAILER_BYTES } from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_CLEAN } from '../format/superblock.js';
import { placeName } from '../recovery/log-cursor.js';
import type { LogReport } from '../recovery/recover-log.js';
import { beginLane } from '../wal/begin-lane.js';
import { unmapLane } from '../wal/end-lane.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { OpenedLog } from './log-parts.js';

const ERA_STEP = 4294967296;

/** Begins the era after that of `report`, in a log at rest. The new segment is active then. */
export function beginEra(opened: OpenedLog, report: LogReport): void {
  const { context, superblock, places, epoch } = opened;
  const { words } = context.control;
  const era = report.era + 1;
  words[ERA] = era;
  const generation = beginLane(context, 0);
  nameNext(context, report, generation);
  words[NEXT_SEQUENCE] = 1;
  words[DURABLE] = 0;
  superblock.commit({
    state: STORE_CLEAN,
    era,
    durable: 0,
    nextGeneration: words[NEXT_GENERATION]! >>> 0,
    lanes: [
      {
        ...superblock.block.lanes[0]!,
        endGeneration: generation,
        endOffset: SEGMENT_HEADER_BYTES,
      },
    ],
  });
  places.push({
    generation,
    position: report.end + TRAILER_BYTES,
    sequence: era * ERA_STEP + 1,
    epoch,
  });
}

/** Writes the trailer; on an error the new segment, to which nothing leads then, is given up. */
function nameNext(context: LogContext, report: LogReport, generation: number): void {
  try {
    writeTrailer(context, report, generation);
  } catch (error) {
    unmapLane(context, 0);
    const { fileSystem, directory } = context;
    fileSystem.remove(fileSystem.join(directory, segmentName(0, generation)));
    throw error;
  }
}

/**
 * Ends the last segment with a trailer that names the next one; every segment keeps room for it.
 */
function writeTrailer(context: LogContext, report: LogReport, next: number): void {
  const { fileSystem, directory, storeId } = context;
  const place = report.places.at(-1)!;
  const words = new Int32Array(TRAILER_BYTES / 4);
  const bytes = new Uint8Array(words.buffer);
  const dataBytes = TRAILER_BYTES - RECORD_HEADER_BYTES;
  const low = report.nextSequence % ERA_STEP;
  words[0] = dataBytes;
  words[2] = kindWord(KIND_ROTATION_TRAILER, 0, 0);
  words[3] = 8;
  words[4] = low;
  words[5] = low - 1;
  words[6] = next;
  const seed = segmentSeed(storeId, 0, place.generation);
  words[1] = recordCrc(words, bytes, RECORD_HEADER_BYTES, dataBytes, seed);
  const file = fileSystem.openWrite(fileSystem.join(directory, placeName(place)));
  try {
    file.write(bytes, 0, TRAILER_BYTES, report.endOffset);
    file.sync();
  } finally {
    file.close();
  }
}
