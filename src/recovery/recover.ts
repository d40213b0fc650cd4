// Recovery: reads a store's log and finds the prefix of the write order that survived. Reads only;
// the open acts on what it returns. The records of all lanes are ordered by their dense sequences;
// the first missing number ends history. If anything proves that the missing one was durable,
// acknowledged data is gone and the outcome is `corrupt`; else it is a torn tail.

import { LaneError } from '../errors.js';
import { storeIdText } from '../format/file-header.js';
import { isTemporaryName, LOCK_NAME, parseSegmentName } from '../format/file-name.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { Evidence } from '../wal/wal-reader.js';
import { searchEvidence, WalReader } from '../wal/wal-reader.js';
import { LaneStream } from './lane-stream.js';
import { loadSegment, SegmentBuffer } from './load-segment.js';
import type { SuperblockState } from './read-superblock.js';
import { readSuperblock } from './read-superblock.js';
import type { RecoveryReport, SegmentReport } from './report.js';

/** Takes the records of the surviving prefix in order, rotation trailers included. */
export interface RecoverySink {
  /** Called before the first record; nothing is known yet to be sound. */
  begin(state: SuperblockState): void;
  /** One record: `stream.reader` stands on it. Its memory is reused after the call. */
  accept(stream: LaneStream): void;
}

interface Survey {
  leftovers: string[];
  /** Segments that no chain reached, by name. */
  unreached: string[];
}

/**
 * Recovers the store in `directory`. Throws FORMAT_UNSUPPORTED, NOT_A_STORE, CORRUPT (superblock)
 * or IO_ERROR; damage of the log is returned as outcome `corrupt` with its problem, never thrown.
 */
export function recover(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  sink?: RecoverySink,
): RecoveryReport {
  const state = readSuperblock(fileSystem, directory);
  const report = beginReport(state);
  const streams: LaneStream[] = [];
  try {
    sink?.begin(state);
    for (const lane of state.block.lanes) {
      const { storeId, firstSequence } = state.block;
      const source = { fileSystem, directory, storeId, isClean: state.isClean, firstSequence };
      streams.push(new LaneStream(source, lane));
    }
    readSealed(streams, report, sink);
    readLive(streams, report, sink);
    judge({ fileSystem, directory, state, streams, report });
  } catch (error) {
    if (!(error instanceof LaneError) || error.code === 'IO_ERROR') throw error;
    report.outcome = 'corrupt';
    report.problem = problemOf(error, directory);
  }
  if (report.outcome === 'corrupt') collectSegments(streams, report);
  return report;
}

function beginReport(state: SuperblockState): RecoveryReport {
  return {
    storeId: storeIdText(state.block.storeId),
    outcome: state.isClean ? 'clean' : 'unclean',
    era: state.block.era,
    firstSequence: state.block.firstSequence,
    lastSequence: state.block.firstSequence - 1,
    durableEvidence: state.block.durable,
    records: 0,
    droppedRecords: 0,
    slots: state.slots,
    segments: [],
    leftovers: [],
  };
}

/**
 * The sealed parts: complete by definition, in the order of their chain. Leaves each stream at its
 * first live record.
 */
function readSealed(streams: LaneStream[], report: RecoveryReport, sink?: RecoverySink): void {
  for (const stream of streams) {
    while (stream.advance() && stream.isSealed) {
      report.records++;
      sink?.accept(stream);
    }
  }
}

/** The live parts, merged by sequence until a number is missing. */
function readLive(streams: LaneStream[], report: RecoveryReport, sink?: RecoverySink): void {
  let expected = report.firstSequence;
  for (;;) {
    const stream = streams.find((one) => !one.isDone && one.reader.sequence === expected);
    if (stream === undefined) break;
    do {
      report.durableEvidence = Math.max(report.durableEvidence, stream.reader.durable);
      report.records++;
      sink?.accept(stream);
      report.lastSequence = expected;
      expected++;
    } while (stream.advance() && stream.reader.sequence === expected);
  }
  for (const stream of streams) {
    while (!stream.isDone) {
      report.droppedRecords++;
      report.durableEvidence = Math.max(report.durableEvidence, stream.reader.durable);
      stream.advance();
    }
  }
}

interface Case {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  state: SuperblockState;
  streams: LaneStream[];
  report: RecoveryReport;
}

function judge(facts: Case): void {
  const { state, streams, report } = facts;
  for (const stream of streams) {
    report.droppedRecords += stream.evidence.records;
    report.durableEvidence = Math.max(report.durableEvidence, stream.evidence.durable);
  }
  collectSegments(streams, report);
  const survey = surveyFiles(facts);
  report.leftovers = survey.leftovers;
  for (const name of survey.unreached) examineUnreached(facts, name);
  const isClean = state.isClean;
  if (isClean && report.lastSequence !== state.block.durable) {
    refuse(facts, 'the log of a cleanly closed store does not end where the superblock says');
  }
  if (report.durableEvidence > report.lastSequence) {
    const missing = report.lastSequence + 1;
    const proven = report.durableEvidence;
    refuse(facts, `record ${missing} is missing, but it was durable (up to ${proven})`);
  }
}

function collectSegments(streams: LaneStream[], report: RecoveryReport): void {
  report.segments = [
    ...streams.flatMap((stream) => stream.segments),
    ...report.segments.filter(
      (segment) => segment.role === 'standby' || segment.role === 'leftover',
    ),
  ];
}

/**
 * Which files the chains did not reach. What lies before the beginning of its own lane, or of every
 * lane if it is of another one, is left over of an earlier life: the superblock left it behind.
 */
function surveyFiles(facts: Case): Survey {
  const { fileSystem, directory, state, streams } = facts;
  const { lanes } = state.block;
  const reached = new Set(streams.flatMap((stream) => stream.segments.map((one) => one.file)));
  const oldest = Math.min(...lanes.map((lane) => lane.firstGeneration));
  const survey: Survey = { leftovers: [], unreached: [] };
  for (const name of fileSystem.list(directory)) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) {
      if (isPreparation(name)) survey.leftovers.push(name);
    } else if (!reached.has(name)) {
      const own = lanes.find(({ lane }) => lane === parsed.lane);
      const first = own?.firstGeneration ?? oldest;
      if (parsed.generation < first) survey.leftovers.push(name);
      else survey.unreached.push(name);
    }
  }
  return survey;
}

/** A file that only a crash leaves behind; those of the lock belong to whoever is after it. */
export function isPreparation(name: string): boolean {
  return isTemporaryName(name) && !name.startsWith(`${LOCK_NAME}.`);
}

/** A segment outside the chains: a standby holds no record; a valid record in it is evidence. */
function examineUnreached(facts: Case, name: string): void {
  const { fileSystem, directory, state, report } = facts;
  const { lane, generation } = parseSegmentName(name)!;
  const identity = { storeId: state.block.storeId, lane, generation };
  let evidence: Evidence;
  let role: SegmentReport['role'] = 'standby';
  try {
    const segment = loadSegment(fileSystem, directory, identity, new SegmentBuffer());
    const reader = new WalReader(segment.contents);
    evidence = searchEvidence(segment.contents, reader.offset);
  } catch (error) {
    // A file that is not even a sound segment proves nothing and is needed by nothing.
    if (!(error instanceof LaneError) || error.code !== 'CORRUPT') throw error;
    evidence = { records: 0, offset: -1, durable: 0, sequence: 0 };
    role = 'leftover';
  }
  report.durableEvidence = Math.max(report.durableEvidence, evidence.durable);
  report.droppedRecords += role === 'standby' ? evidence.records : 0;
  report.segments.push({
    file: name,
    lane,
    generation,
    role,
    segmentBytes: 0,
    records: 0,
    firstSequence: 0,
    lastSequence: 0,
    end: 0,
    evidenceRecords: evidence.records,
  });
}

/**
 * Throws CORRUPT naming the place where history ends. Sequences ascend within a lane, so a lane
 * that reads on past the missing one has not lost it; of the others, the one that shows most
 * damage.
 */
function refuse(facts: Case, message: string): never {
  const { report, streams } = facts;
  const ended = streams.filter((stream) => stream.lastSequence <= report.lastSequence);
  const suspects = ended.length > 0 ? ended : streams;
  const damaged =
    suspects.find((stream) => stream.evidence.records > 0) ??
    suspects.find(
      (stream) => stream.reader.stop === 'checksum' || stream.reader.stop === 'length',
    ) ??
    suspects.find((stream) => stream.reader.stop !== 'end') ??
    suspects[0]!;
  throw new LaneError('CORRUPT', message, {
    file: damaged.segment.path,
    offset: damaged.reader.offset,
  });
}

function problemOf(error: LaneError, directory: string): NonNullable<RecoveryReport['problem']> {
  const problem = { code: error.code, message: error.message, file: error.file ?? directory };
  return error.offset === undefined ? problem : { ...problem, offset: error.offset };
}
