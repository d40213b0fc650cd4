// Opening of a log: judge the path, take the lock, find the end, make it sound in place, and go on
// there. A log has the files of a store but none of its memory: records are not kept.

import {
  DURABLE,
  ERA,
  IS_BUFFERED,
  LANE_FIRST_GENERATION,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
} from '../control/control-block.js';
import { chooseMedium } from '../directory/choose-medium.js';
import { createSuperblock } from '../directory/create-superblock.js';
import { removeFiles, syncParent } from '../directory/directory-files.js';
import { judgeDirectory, refuseOtherPurpose } from '../directory/judge-directory.js';
import { SuperblockWriter } from '../directory/superblock-writer.js';
import { unusedGeneration } from '../directory/unused-generation.js';
import { LaneError } from '../errors.js';
import { parseSegmentName, SUPERBLOCK_NAME } from '../format/file-name.js';
import { ERA_MAX } from '../format/operation.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_CLEAN } from '../format/superblock.js';
import type { LogCursor } from '../recovery/log-cursor.js';
import { readSuperblock } from '../recovery/read-superblock.js';
import type { LogReport } from '../recovery/recover-log.js';
import { recoverLog } from '../recovery/recover-log.js';
import type { Environment } from '../threads/environment.js';
import { nodeEnvironment } from '../threads/environment.js';
import { beginLane } from '../wal/begin-lane.js';
import { beginEra } from './begin-era.js';
import type { Cut } from './cut-log.js';
import { CutFinder, cutLog } from './cut-log.js';
import { Log } from './log.js';
import type { LogOptions } from './log-options.js';
import { readLogOptions } from './log-options.js';
import type { LogRequest, OpenedLog } from './log-parts.js';
import { createRing, resumeLog } from './log-ring.js';
import { commitEnd, repairLog } from './repair-log.js';

const ERA_STEP = 4294967296;
/** From here on in an era, an open begins a new one. */
const ERA_SEQUENCES_MAX = 2 ** 31;
/** Positions are safe integers; an open leaves room for what a run can append. */
const POSITION_MAX = 2 ** 53 - 2 ** 51;

/**
 * Opens the log in the directory `path`, or makes one. What was acknowledged is there when the
 * promise resolves, and durable; the log is this process's until close(). Rejects with TypeError or
 * RangeError (options), STORE_NOT_FOUND, NOT_A_STORE (also for a store), STORE_LOCKED,
 * FORMAT_UNSUPPORTED, CORRUPT (with file and offset), POSITION_NOT_FOUND, SEQUENCE_LIMIT,
 * DISK_FULL, IO_ERROR; no record is lost then.
 */
export function openLog(path: string, options?: LogOptions): Promise<Log> {
  return openLogIn(nodeEnvironment(), path, options);
}

/** Like openLog(), in a given environment. */
export async function openLogIn(
  environment: Environment,
  path: string,
  options?: LogOptions,
): Promise<Log> {
  const settings = readLogOptions(path, options);
  const { fileSystem } = environment;
  const isNew = judgeDirectory(fileSystem, path, settings, 'log');
  const lock = environment.lock(path, false);
  try {
    const isMapped = chooseMedium(fileSystem, path, settings.io);
    const request: LogRequest = { environment, directory: path, settings, isMapped };
    // What the path is may have changed while somebody else held the lock.
    const isStillNew = isNew && fileSystem.kind(fileSystem.join(path, SUPERBLOCK_NAME)) === 'none';
    const opened = isStillNew ? createLog(request) : reopenLog(request);
    const { control, storeId, segmentBytes, imagesAt } = opened.context;
    control.words[IS_BUFFERED] = isMapped ? 0 : 1;
    const background = environment.background(control, {
      control: control.buffer,
      pool: opened.pool,
      directory: path,
      storeId,
      isMapped,
      segmentBytes,
      imagesAt,
      syncDelayMs: settings.syncDelayMs,
    });
    return new Log({ opened, settings, environment, lock, background });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function createLog(request: LogRequest): OpenedLog {
  const { environment, directory, settings } = request;
  const { fileSystem } = environment;
  refusePosition(settings.position, 0, 0);
  syncParent(fileSystem, directory);
  const isLeft = (name: string) =>
    parseSegmentName(name) !== undefined || name.startsWith('preparing-');
  removeFiles(fileSystem, directory, fileSystem.list(directory).filter(isLeft));
  const storeId = environment.newStoreId();
  const { context, pool } = createRing(request, storeId, settings.segmentBytes);
  const { words } = context.control;
  const low = settings.startSequence % ERA_STEP;
  const era = (settings.startSequence - low) / ERA_STEP;
  words[NEXT_GENERATION] = 1;
  words[ERA] = era;
  words[NEXT_SEQUENCE] = low;
  words[DURABLE] = low - 1;
  const generation = beginLane(context, 0);
  const superblock = createSuperblock(context, {
    storeId,
    counter: 1,
    state: STORE_CLEAN,
    era,
    durable: low - 1,
    firstSequence: low,
    nextGeneration: generation + 1,
    epoch: 1,
    lanes: [
      {
        lane: 0,
        firstGeneration: generation,
        liveGeneration: generation,
        endGeneration: generation,
        endOffset: SEGMENT_HEADER_BYTES,
      },
    ],
    log: { basePosition: 0 },
  });
  const places = [
    {
      generation,
      position: 0,
      sequence: settings.startSequence,
      epoch: 1,
    },
  ];
  const recovery = { outcome: 'new', records: 0, droppedRecords: 0 } as const;
  return { context, pool, superblock, places, epoch: 1, recovery };
}

function reopenLog(request: LogRequest): OpenedLog {
  const { environment, directory, settings } = request;
  const { fileSystem } = environment;
  const state = readSuperblock(fileSystem, directory);
  refuseOtherPurpose(state.block, directory, 'log');
  const finder = new CutFinder(settings.position);
  const visit = (cursor: LogCursor) => finder.visit(cursor);
  const report = recoverLog(fileSystem, directory, state, visit);
  const cut = findCut(report, finder, settings.position);
  if ((cut ?? { position: report.end }).position > POSITION_MAX) {
    throw new LaneError('SEQUENCE_LIMIT', 'the log has used up its positions');
  }
  const { storeId } = state.block;
  const nextGeneration = unusedGeneration(state.block, fileSystem.list(directory));
  const superblock = new SuperblockWriter(fileSystem, directory, state);
  superblock.persist();
  syncParent(fileSystem, directory);
  fileSystem.syncDirectory(directory);
  const source = { fileSystem, directory, storeId };
  repairLog(source, report);
  if (report.outcome === 'unclean') commitEnd(superblock, report, nextGeneration);
  const kept =
    cut === undefined ? report : cutLog(source, { superblock, report, cut, nextGeneration });
  removeFiles(fileSystem, directory, [...new Set([...report.leftovers, ...kept.leftovers])]);
  const { records, droppedRecords, outcome } = report;
  const ringBytes = Math.max(settings.segmentBytes, kept.places.at(-1)!.segmentBytes);
  const { context, pool } = createRing(request, storeId, ringBytes);
  const { words } = context.control;
  words[ERA] = kept.era;
  words[NEXT_GENERATION] = nextGeneration;
  const low = kept.nextSequence % ERA_STEP;
  words[NEXT_SEQUENCE] = low;
  words[DURABLE] = low - 1;
  const opened = {
    context,
    pool,
    superblock,
    places: kept.places,
    epoch: kept.epoch,
    recovery: { outcome, records, droppedRecords },
  };
  if (low < ERA_SEQUENCES_MAX) resumeLog(context, kept);
  else if (kept.era < ERA_MAX) beginEra(opened, kept);
  else throw new LaneError('SEQUENCE_LIMIT', 'the log has used up its eras');
  words[context.control.laneStart(0) + LANE_FIRST_GENERATION] = kept.places[0]!.generation;
  return opened;
}

function findCut(
  report: LogReport,
  finder: CutFinder,
  position: number | undefined,
): Cut | undefined {
  if (position === undefined || position === report.end) return undefined;
  refusePosition(position, report.places[0]!.position, report.end);
  if (finder.cut !== undefined) return finder.cut;
  throw new LaneError('POSITION_NOT_FOUND', `no record of the log begins at position ${position}`);
}

function refusePosition(position: number | undefined, first: number, end: number): void {
  if (position === undefined || (position >= first && position <= end)) return;
  throw new LaneError('POSITION_NOT_FOUND', `position ${position} is not in the log`, {
    expected: `${first} to ${end}`,
    found: position,
  });
}
