// Makes a log that was not closed sound again, in place (docs/format.md, "Logs"): what survived and
// is not proven durable is written once more and synced, because it was perhaps only believed from
// the page cache; what was given up is overwritten with zeros and synced, so that it can never come
// back behind new records.

import type { SuperblockWriter } from '../directory/superblock-writer.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_CLEAN } from '../format/superblock.js';
import type { FileSystem } from '../io/file-system.js';
import type { SegmentPlace } from '../recovery/log-cursor.js';
import { placeName } from '../recovery/log-cursor.js';
import type { LogReport } from '../recovery/recover-log.js';
import { SegmentCursor } from '../recovery/segment-cursor.js';

const ERA_STEP = 4294967296;
// Never larger: a big write leaves large folios, which later syncs write whole.
const PIECE_BYTES = 4096;

export interface RepairSource {
  fileSystem: FileSystem;
  directory: string;
  storeId: Uint8Array;
}

/**
 * Everything up to the report's end is durable when it returns, and nothing is behind it in its
 * segment. Leftovers stay until the superblock says where the log ends.
 */
export function repairLog(source: RepairSource, report: LogReport): void {
  const { fileSystem, directory } = source;
  const { places } = report;
  for (const [index, place] of places.entries()) {
    const next = places[index + 1];
    const isLast = next === undefined;
    const isProven = (next?.sequence ?? report.nextSequence) - 1 <= report.durable;
    const clearsTail = isLast && report.hasTail;
    if (isProven && !clearsTail) continue;
    const end = isLast ? report.endOffset : SEGMENT_HEADER_BYTES + next.position - place.position;
    const path = fileSystem.join(directory, placeName(place));
    const file = fileSystem.openWrite(path);
    try {
      const piece = new Uint8Array(PIECE_BYTES);
      if (!isProven) rewrite(file, piece, firstUnproven(source, place, report.durable), end);
      if (clearsTail) clear(file, piece, end, place);
      file.sync();
    } finally {
      file.close();
    }
  }
}

/**
 * Offset of the first record whose sequence is above `durable`; the sequences of a segment are
 * dense.
 */
function firstUnproven(source: RepairSource, place: SegmentPlace, durable: number): number {
  const { fileSystem, directory, storeId } = source;
  const identity = { storeId, lane: 0, generation: place.generation };
  const cursor = new SegmentCursor(fileSystem, directory, identity);
  try {
    for (let sequence = place.sequence; sequence <= durable; sequence++) cursor.advance();
    return cursor.reader.end;
  } finally {
    cursor.close();
  }
}

/** Says durably where the log ends: everything up to there is known durable from now on. */
export function commitEnd(
  superblock: SuperblockWriter,
  report: LogReport,
  nextGeneration: number,
): void {
  const { era, nextSequence, endOffset, places } = report;
  superblock.commit({
    state: STORE_CLEAN,
    era,
    durable: (nextSequence - 1) % ERA_STEP,
    nextGeneration,
    lanes: [
      {
        ...superblock.block.lanes[0]!,
        endGeneration: places.at(-1)!.generation,
        endOffset,
      },
    ],
  });
}

type File = ReturnType<FileSystem['openWrite']>;

/** Writes what is there over itself: a page that a failed sync left clean is written again. */
function rewrite(file: File, piece: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const bytes = file.read(piece, 0, Math.min(PIECE_BYTES, end - at), at);
    file.write(piece, 0, bytes, at);
  }
}

function clear(file: File, piece: Uint8Array, start: number, place: SegmentPlace): void {
  for (let at = start; at < place.segmentBytes; ) {
    const pageEnd = at - (at % PIECE_BYTES) + PIECE_BYTES;
    const bytes = Math.min(pageEnd, place.segmentBytes) - at;
    piece.fill(0);
    file.write(piece, 0, bytes, at);
    at += bytes;
  }
}
