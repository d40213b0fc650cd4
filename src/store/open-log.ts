// Brings a store's log into memory and makes the directory ready for writing: creates what is
// missing, goes on in the same segments after a clean close, and after an unclean stop copies what
// survived into sealed segments, commits them, and only then deletes the old files. Acts on what
// recovery returned.

import {
  DURABLE,
  ERA,
  LANE_FIRST_GENERATION,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
  SLOT_GENERATION,
} from '../control/control-block.js';
import { createSuperblock } from '../directory/create-superblock.js';
import { removeFiles, syncParent } from '../directory/directory-files.js';
import { SuperblockWriter } from '../directory/superblock-writer.js';
import { LaneError } from '../errors.js';
import { parseSegmentName, segmentName } from '../format/file-name.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { Superblock } from '../format/superblock.js';
import { STORE_CLEAN } from '../format/superblock.js';
import { invariant } from '../invariant.js';
import { recover } from '../recovery/recover.js';
import type { RecoveryReport } from '../recovery/report.js';
import { beginLane } from '../wal/begin-lane.js';
import { unmapLane } from '../wal/end-lane.js';
import { resumeSegment } from '../wal/resume-segment.js';
import type { LogContext } from '../wal/segment-spec.js';
import { compactLog } from './compact-log.js';
import type { CopySink } from './copy-sink.js';
import type { ImageSink } from './image-sink.js';
import type { OpenRequest } from './loader.js';
import { Loader, memoryShape } from './loader.js';
import { LogMemory } from './log-memory.js';
import { ProgressMeter } from './progress.js';
import { removeSealed, writeSealed } from './write-sealed.js';

/** From here on in an era, an open begins a new one. */
const ERA_SEQUENCES_MAX = 2 ** 31;
/** Counter of the superblock until the first commit, which the first write makes. */
const CREATED_COUNTER = 1;
export interface OpenedLog {
  log: LogMemory;
  context: LogContext;
  /** Undefined when opened read-only. */
  superblock: SuperblockWriter | undefined;
  report: RecoveryReport | undefined;
}

/** Makes a new store in a directory that holds none. */
export function createLog(request: OpenRequest): OpenedLog {
  const { environment, directory } = request;
  const { fileSystem } = environment;
  syncParent(fileSystem, directory);
  for (const name of fileSystem.list(directory)) {
    const isOurs = parseSegmentName(name) !== undefined || name.startsWith('preparing-');
    if (isOurs) fileSystem.remove(fileSystem.join(directory, name));
  }
  const log = new LogMemory(memoryShape(request, 0));
  log.control.words[NEXT_GENERATION] = 1;
  const context = contextOf(request, log, environment.newStoreId());
  const generation = beginLane(context, 0);
  const block: Superblock = {
    storeId: context.storeId,
    counter: CREATED_COUNTER,
    state: STORE_CLEAN,
    era: 0,
    durable: 0,
    firstSequence: 1,
    nextGeneration: generation + 1,
    epoch: 1,
    lanes: [cleanLane(generation, generation)],
  };
  const superblock = createSuperblock(context, block);
  return { log, context, superblock, report: undefined };
}

/** Opens an existing store. Throws CORRUPT and what recover() throws; nothing is changed then. */
export async function openLog(request: OpenRequest): Promise<OpenedLog> {
  const { environment, directory, settings } = request;
  const { fileSystem } = environment;
  const files = fileSystem.list(directory);
  const log = new LogMemory(memoryShape(request, logBytes(request, files)));
  const progress = new ProgressMeter(settings.onProgress);
  const { readOnly, segmentBytes } = settings;
  const source = { directory, files, segmentBytes, progress, readOnly };
  const loader = new Loader(log, source);
  const report = recover(fileSystem, directory, loader);
  if (report.problem !== undefined) throw problemError(report);
  progress.finish();
  const held = { block: loader.state!.block, slot: loader.state!.slot };
  const superblock = new SuperblockWriter(fileSystem, directory, held);
  const context = contextOf(request, log, held.block.storeId);
  loader.copy?.finish();
  if (readOnly) {
    describeLane(log, report);
    return { log, context, superblock: undefined, report };
  }
  superblock.persist();
  if (held.block.counter === CREATED_COUNTER) {
    // Whoever made the store may have died before its names were durable.
    fileSystem.syncDirectory(directory);
    syncParent(fileSystem, directory);
  }
  const needsNewEra = report.lastSequence >= ERA_SEQUENCES_MAX;
  const compacted = compactLog(request, { log, storeId: held.block.storeId, needsNewEra, loader });
  const opened = compacted ?? { log, context, copy: loader.copy };
  try {
    if (opened.copy !== undefined) {
      const target = { ...request, report, superblock, context: opened.context };
      await commitCopy(target, opened.log, opened.copy);
    } else resumeLane(context, loader.images!, held.block);
    removeUnused(request, report);
  } catch (error) {
    unmapLane(opened.context, 0);
    throw error;
  }
  opened.log.limitToBudget();
  return { log: opened.log, context: opened.context, superblock, report };
}

/** What stats() tells of a log that nobody writes: segment and sequence in which it ends. */
function describeLane(log: LogMemory, report: RecoveryReport): void {
  const { words } = log.control;
  const last = report.segments.findLast((one) => one.role === 'live' && one.lane === 0);
  words[log.control.slotStart(0, 0) + SLOT_GENERATION] = last?.generation ?? 0;
  words[ERA] = report.era;
  words[NEXT_SEQUENCE] = report.lastSequence + 1;
  words[DURABLE] = report.lastSequence;
}

interface CommitTarget extends OpenRequest {
  report: RecoveryReport;
  superblock: SuperblockWriter;
  context: LogContext;
}

/** Sealed segments, a live one, the superblock; then the old files go. */
async function commitCopy(target: CommitTarget, log: LogMemory, copy: CopySink): Promise<void> {
  const { context, superblock, report } = target;
  const { words } = log.control;
  const before = superblock.block;
  await writeSealed(context, copy.sealed, log.era);
  words[NEXT_GENERATION] = copy.liveGeneration;
  const generation = beginAfter(context, copy);
  invariant(
    generation === copy.liveGeneration,
    'the live segment is the one that the trailer names',
  );
  const firstGeneration = copy.sealed[0]?.generation ?? generation;
  const isNewEra = log.era !== before.era;
  const durable = isNewEra ? 0 : report.lastSequence;
  words[LANE_FIRST_GENERATION + log.control.laneStart(0)] = firstGeneration;
  words[NEXT_SEQUENCE] = durable + 1;
  words[DURABLE] = durable;
  superblock.commit({
    state: STORE_CLEAN,
    era: log.era,
    durable,
    firstSequence: durable + 1,
    nextGeneration: generation + 1,
    lanes: [cleanLane(firstGeneration, generation)],
  });
  const old = report.segments.filter((one) => one.role === 'sealed' || one.role === 'live');
  removeFiles(
    context.fileSystem,
    context.directory,
    old.map((one) => one.file),
  );
}

function beginAfter(context: LogContext, copy: CopySink): number {
  try {
    return beginLane(context, 0);
  } catch (error) {
    removeSealed(context, copy.sealed);
    throw error;
  }
}

/** Goes on in the active segment that a clean close left. */
function resumeLane(context: LogContext, sink: ImageSink, block: Superblock): void {
  const { control, fileSystem, directory } = context;
  const lane = block.lanes[0]!;
  const path = fileSystem.join(directory, segmentName(0, lane.endGeneration));
  const file = fileSystem.openWrite(path);
  try {
    const bytes = file.size();
    const active = sink.imageOf(lane.endGeneration, bytes);
    if (lane.endOffset === SEGMENT_HEADER_BYTES) {
      file.read(context.memory.bytes, active.image, SEGMENT_HEADER_BYTES, 0);
    }
    const { endGeneration: generation, endOffset: end } = lane;
    resumeSegment(context, file, { generation, bytes, image: active.image, end });
    control.words[control.laneStart(0) + LANE_FIRST_GENERATION] = lane.firstGeneration;
  } finally {
    file.close();
  }
}

function contextOf(request: OpenRequest, log: LogMemory, storeId: Uint8Array): LogContext {
  const { directory, environment, isMapped, settings } = request;
  return {
    fileSystem: environment.fileSystem,
    directory,
    storeId,
    control: log.control,
    memory: log.memory,
    isMapped,
    segmentBytes: settings.segmentBytes,
  };
}

function logBytes(request: OpenRequest, files: string[]): number {
  const { fileSystem } = request.environment;
  let total = 0;
  for (const name of files) {
    if (parseSegmentName(name) === undefined) continue;
    const file = fileSystem.openRead(fileSystem.join(request.directory, name));
    total += file.size();
    file.close();
  }
  return total;
}

function cleanLane(firstGeneration: number, liveGeneration: number) {
  return {
    lane: 0,
    firstGeneration,
    liveGeneration,
    endGeneration: liveGeneration,
    endOffset: SEGMENT_HEADER_BYTES,
  };
}

/** Standbys and leftovers: nothing refers to them, nothing in them is needed. */
function removeUnused(request: OpenRequest, report: RecoveryReport): void {
  const standbys = report.segments.filter((one) => one.role === 'standby');
  const { directory, environment } = request;
  const names = [...standbys.map((one) => one.file), ...report.leftovers];
  removeFiles(environment.fileSystem, directory, names);
}

function problemError(report: RecoveryReport): LaneError {
  const { code, message, file, offset } = report.problem!;
  return new LaneError(code, message, offset === undefined ? { file } : { file, offset });
}
