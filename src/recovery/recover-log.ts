// Recovery of a log (docs/format.md, "Logs"): finds where it ends, and whether that end is a torn
// tail or missing data. Reads only; open-log acts on what it returns.

import { LaneError } from '../errors.js';
import { parseSegmentName } from '../format/file-name.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { Evidence } from '../wal/wal-reader.js';
import { searchEvidence, WalReader } from '../wal/wal-reader.js';
import { loadSegment, SegmentBuffer } from './load-segment.js';
import type { SegmentPlace } from './log-cursor.js';
import { beginningOf, cleanEndOf, LogCursor, placeName } from './log-cursor.js';
import type { SuperblockState } from './read-superblock.js';
import { isPreparation } from './recover.js';

const ERA_STEP = 4294967296;

export interface LogReport {
  outcome: 'clean' | 'unclean';
  /** Segments of the log, the one in which it ends last. */
  places: SegmentPlace[];
  /** Position at which the log ends. */
  end: number;
  /** Offset of that in the last segment's file. */
  endOffset: number;
  /** Full sequence that the next record gets. */
  nextSequence: number;
  era: number;
  epoch: number;
  /** Records, rotation trailers and no-ops included. */
  records: number;
  /** Everything up to this full sequence is proven durable. */
  durable: number;
  /** Valid records behind the end, given up because one before them is missing. */
  droppedRecords: number;
  /** True if something stands behind the end that must be overwritten before a record does. */
  hasTail: boolean;
  /** Files that an open removes: of preparations, standbys, earlier lives. */
  leftovers: string[];
}

/**
 * Recovers the log in `directory`, whose superblock is `state`; `visit` sees every record. Throws
 * CORRUPT with file and offset if acknowledged records are missing, FORMAT_UNSUPPORTED or IO_ERROR.
 */
export function recoverLog(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  state: SuperblockState,
  visit: (cursor: LogCursor) => void = () => undefined,
): LogReport {
  const { block, isClean } = state;
  const { storeId } = block;
  const end = cleanEndOf(state);
  const cursor = new LogCursor({ fileSystem, directory, storeId, end }, beginningOf(block));
  let records = 0;
  try {
    while (cursor.advance()) {
      records++;
      visit(cursor);
    }
    const { beyond, leftovers } = judgeStop({ fileSystem, directory, state, cursor });
    return {
      outcome: isClean ? 'clean' : 'unclean',
      places: cursor.places,
      end: cursor.end,
      endOffset: cursor.offset,
      nextSequence: cursor.nextSequence,
      era: cursor.era,
      epoch: cursor.epoch,
      records,
      durable: isClean ? cursor.nextSequence - 1 : durableOf(cursor, state),
      droppedRecords: isClean ? 0 : beyond.records,
      hasTail: beyond.records > 0 || (!isClean && cursor.stop !== 'end'),
      leftovers,
    };
  } finally {
    cursor.close();
  }
}

/** A log and the cursor that read it up to its stop. */
export interface LogStop {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  state: SuperblockState;
  cursor: LogCursor;
}

/** Evidence behind the end; `durable` and `sequence` are full. */
type Beyond = Pick<Evidence, 'records' | 'durable'>;

/**
 * Throws CORRUPT if the stop is not the end of the log: records that were acknowledged are behind
 * it. Returns what else is there. Reads the last segment once more, and those that are not reached.
 */
export function judgeStop(stop: LogStop): { beyond: Beyond; leftovers: string[] } {
  const { state, cursor } = stop;
  if (state.isClean) judgeCleanEnd(cursor, state);
  const beyond = searchBeyond(stop);
  const leftovers = surveyLeftovers(stop, beyond);
  if (!state.isClean) judgeTornEnd(cursor, state, beyond);
  return { beyond, leftovers };
}

function judgeCleanEnd(cursor: LogCursor, state: SuperblockState): void {
  const { block } = state;
  const { endGeneration, endOffset } = block.lanes[0]!;
  const isThere =
    cursor.place.generation === endGeneration &&
    cursor.offset === endOffset &&
    cursor.era === block.era &&
    (cursor.nextSequence - 1) % ERA_STEP === block.durable;
  if (isThere) return;
  throw new LaneError('CORRUPT', `the log of a closed log is damaged (${cursor.stop})`, {
    file: cursor.path,
    offset: cursor.offset,
  });
}

function judgeTornEnd(cursor: LogCursor, state: SuperblockState, beyond: Beyond): void {
  const last = cursor.nextSequence - 1;
  const proven = Math.max(durableOf(cursor, state), beyond.durable);
  // The segment of a new era is there before the superblock says so.
  const isOldEra = cursor.era < state.block.era;
  if (last >= proven && !isOldEra) return;
  const what = isOldEra
    ? `era ${state.block.era} is missing`
    : `record ${last + 1} is missing, but it was durable (up to ${proven})`;
  throw new LaneError('CORRUPT', what, { file: cursor.path, offset: cursor.offset });
}

function durableOf(cursor: LogCursor, state: SuperblockState): number {
  const { era, durable } = state.block;
  return Math.max(cursor.durable, durable === 0 ? 0 : era * ERA_STEP + durable);
}

/** Valid records behind the stop in the last segment. */
function searchBeyond({ fileSystem, directory, state, cursor }: LogStop): Beyond {
  const { generation } = cursor.place;
  const identity = { storeId: state.block.storeId, lane: 0, generation };
  const { contents, header } = loadSegment(fileSystem, directory, identity, new SegmentBuffer());
  const found = searchEvidence(contents, cursor.offset);
  return { records: found.records, durable: fullOf(header.era, found.durable) };
}

function fullOf(era: number, low: number): number {
  return low === 0 ? 0 : era * ERA_STEP + low;
}

/** What the chain does not reach: leftovers, whose records are evidence in an unclean log. */
function surveyLeftovers(stop: LogStop, beyond: Beyond): string[] {
  const { fileSystem, directory, state, cursor } = stop;
  const reached = new Set(cursor.places.map(placeName));
  const leftovers: string[] = [];
  for (const name of fileSystem.list(directory)) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) {
      if (isPreparation(name)) leftovers.push(name);
      continue;
    }
    if (reached.has(name)) continue;
    leftovers.push(name);
    // Nothing that is older than the stop was written behind it.
    if (parsed.generation < cursor.place.generation || state.isClean) continue;
    const found = evidenceIn(stop, parsed);
    beyond.records += found.records;
    beyond.durable = Math.max(beyond.durable, found.durable);
  }
  return leftovers;
}

function evidenceIn(stop: LogStop, name: { lane: number; generation: number }): Beyond {
  const { fileSystem, directory, state } = stop;
  const identity = { storeId: state.block.storeId, ...name };
  try {
    const segment = loadSegment(fileSystem, directory, identity, new SegmentBuffer());
    const found = searchEvidence(segment.contents, new WalReader(segment.contents).offset);
    return { records: found.records, durable: fullOf(segment.header.era, found.durable) };
  } catch (error) {
    // A file that is not even a sound segment proves nothing and is needed by nothing.
    if (!(error instanceof LaneError) || error.code !== 'CORRUPT') throw error;
    return { records: 0, durable: 0 };
  }
}
