// Recovery of a log as the same report that a store gets, for whoever only looks. Never writes.

import { LaneError } from '../errors.js';
import { storeIdText } from '../format/file-header.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { LogCursor } from './log-cursor.js';
import { placeName } from './log-cursor.js';
import type { SuperblockState } from './read-superblock.js';
import { recoverLog } from './recover-log.js';
import type { LogFacts, RecoveryReport, SegmentReport } from './report.js';

const ERA_STEP = 4294967296;

/**
 * What recoverLog finds; damage is the report's problem and never thrown. `count` is called for
 * every record. Throws FORMAT_UNSUPPORTED or IO_ERROR.
 */
export function reportLog(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  state: SuperblockState,
  count: () => void = () => undefined,
): RecoveryReport {
  const { block } = state;
  const segments: SegmentReport[] = [];
  const report: RecoveryReport = {
    storeId: storeIdText(block.storeId),
    outcome: state.isClean ? 'clean' : 'unclean',
    era: block.era,
    firstSequence: block.firstSequence,
    lastSequence: block.firstSequence - 1,
    durableEvidence: block.durable,
    records: 0,
    droppedRecords: 0,
    slots: state.slots,
    segments,
    leftovers: [],
  };
  const { basePosition } = block.log!;
  let log: LogFacts = {
    position: basePosition,
    end: basePosition,
    firstSequence: 0,
    lastSequence: 0,
    epoch: block.epoch,
  };
  const visit = (cursor: LogCursor): void => {
    note(segments, cursor);
    report.records++;
    report.lastSequence = cursor.sequence % ERA_STEP;
    const { end, epoch, sequence } = cursor;
    const firstSequence = log.firstSequence === 0 ? sequence : log.firstSequence;
    log = { ...log, end, epoch, firstSequence, lastSequence: sequence };
    count();
  };
  try {
    const found = recoverLog(fileSystem, directory, state, visit);
    report.era = found.era;
    report.durableEvidence = found.durable % ERA_STEP;
    report.droppedRecords = found.droppedRecords;
    report.leftovers = found.leftovers;
    noteEmpty(segments, found.places.at(-1)!);
  } catch (error) {
    if (!(error instanceof LaneError) || error.code === 'IO_ERROR') throw error;
    const { code, message, file = directory, offset } = error;
    report.outcome = 'corrupt';
    report.problem = { code, message, file, ...(offset === undefined ? {} : { offset }) };
  }
  report.log = log;
  return report;
}

function note(segments: SegmentReport[], cursor: LogCursor): void {
  const low = cursor.sequence % ERA_STEP;
  noteEmpty(segments, cursor.place);
  const segment = segments.at(-1)!;
  if (segment.records === 0) segment.firstSequence = low;
  segment.records++;
  segment.lastSequence = low;
  segment.end = cursor.offset + (cursor.end - cursor.position);
}

/** The segment of a place, unless it is known. */
function noteEmpty(segments: SegmentReport[], place: LogCursor['place']): void {
  if (segments.at(-1)?.generation === place.generation) return;
  segments.push({
    file: placeName(place),
    lane: 0,
    generation: place.generation,
    role: 'live',
    segmentBytes: place.segmentBytes,
    records: 0,
    firstSequence: 0,
    lastSequence: 0,
    end: SEGMENT_HEADER_BYTES,
    evidenceRecords: 0,
  });
}
