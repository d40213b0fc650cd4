// Salvage: what can be proven of a damaged store goes into a new one, what could not is listed. The
// source is only read, the target is a store only when all of it is durable.

import { ERA } from '../control/control-block.js';
import { LaneError } from '../errors.js';
import type { CommitFacts } from '../format/commit-section.js';
import { storeIdText } from '../format/file-header.js';
import { parseSegmentName } from '../format/file-name.js';
import { ERA_MAX, KIND_COMMIT } from '../format/operation.js';
import type { FileSystem } from '../io/file-system.js';
import { isPathWithin } from '../io/path-within.js';
import type { MissingRange, SalvagedFile, SalvageLoss } from '../salvage/report.js';
import type { Survey } from '../salvage/survey.js';
import { surveyStore } from '../salvage/survey.js';
import type { Environment } from '../threads/environment.js';
import { nodeEnvironment } from '../threads/environment.js';
import { copyLive } from './compact-log.js';
import { CopySink } from './copy-sink.js';
import { erasUsedUp } from './loader.js';
import { LogMemory } from './log-memory.js';
import { NewestOperations } from './newest-operations.js';
import { ProgressMeter } from './progress.js';
import type { SalvageOptions, SalvageSettings } from './salvage-options.js';
import { readSalvageOptions } from './salvage-options.js';
import { judgeTarget, writeTarget } from './salvage-target.js';

export type { MissingRange, SalvagedFile, SalvageLoss } from '../salvage/report.js';

export interface SalvageReport {
  /** Id of the source, 32 hexadecimal digits. */
  storeId: string;
  /** Records whose operations were saved or replaced by newer ones, each counted once. */
  records: number;
  /** Keys in the target. */
  keys: number;
  /**
   * Valid records behind the first missing one: saved, or with `strict` left out. Nothing tells
   * whether they had been acknowledged.
   */
  recordsAfterGap: number;
  /** Largest sequence among the records saved; 0 if there is none. */
  lastSequence: number;
  /** What the newest commit among them states. */
  lastCommit: CommitFacts | undefined;
  /** Sequences of the present era that are known to have been given out, and were not found. */
  missing: MissingRange[];
  /** What could not be read or used, and where. */
  losses: SalvageLoss[];
  /** All segment files of the source. */
  files: SalvagedFile[];
}

const MIB = 1048576;
const SEGMENT_BYTES = 16 * MIB;
/** An operation of a batch grows when it becomes a record of its own. */
const GROWTH = 2;
const FIRST_GENERATION = 1;

/**
 * Makes a new store in `target` of everything that can be proven of the damaged one in `path`, with
 * the versions it had, and tells what was saved and what was lost. Changes no byte of the source.
 * The new store is durable when the promise resolves. Rejects with TypeError or RangeError
 * (arguments), TARGET_EXISTS, STORE_NOT_FOUND, NOT_A_STORE, STORE_LOCKED, FORMAT_UNSUPPORTED,
 * CORRUPT (nothing says which store it was, or `strict` cannot be kept), STORE_FULL,
 * SEQUENCE_LIMIT, DISK_FULL, IO_ERROR, or the reason of the signal; no store is in `target` then.
 */
export async function salvage(
  path: string,
  target: string,
  options?: SalvageOptions,
): Promise<SalvageReport> {
  readSalvageOptions(path, target, options);
  if (isPathWithin(path, target)) {
    throw new RangeError(`target must not lie inside the source: ${target}`);
  }
  return await salvageIn(nodeEnvironment(), path, target, options);
}

/** Like salvage(), in a given environment. */
export async function salvageIn(
  environment: Environment,
  path: string,
  target: string,
  options?: SalvageOptions,
): Promise<SalvageReport> {
  const settings = readSalvageOptions(path, target, options);
  const { fileSystem } = environment;
  settings.signal?.throwIfAborted();
  judgeTarget(fileSystem, target);
  const storeId = environment.newStoreId();
  const lock = environment.lock(path, true);
  let read: ReadSource;
  try {
    read = await readSource(environment, path, storeId, settings);
  } finally {
    lock.release();
  }
  const { log, copy, report } = read;
  const content = { log, copy, storeId, segmentBytes: SEGMENT_BYTES };
  await writeTarget(environment, target, content, () => settings.signal?.throwIfAborted());
  return report;
}

interface ReadSource {
  log: LogMemory;
  copy: CopySink;
  report: SalvageReport;
}

/** Brings what is to be saved into memory. */
async function readSource(
  environment: Environment,
  path: string,
  storeId: Uint8Array,
  settings: SalvageSettings,
): Promise<ReadSource> {
  const pace = new Pacer(settings, 2 * bytesIn(environment.fileSystem, path));
  const survey = await surveyStore(environment.fileSystem, path, pace.step);
  const limit = limitOf(survey, path, environment.fileSystem, settings.strict);
  if (survey.eraMax >= ERA_MAX) throw erasUsedUp();
  pace.expect(survey.bytes);
  const all = memoryFor(environment, survey.bytes * GROWTH, survey.eraMax + 1);
  const gathered = new CopySink(all, targetOf(storeId), new ProgressMeter(undefined));
  const newest = new NewestOperations(all, gathered);
  await survey.read((reader, contents, era) => {
    if (reader.kind > KIND_COMMIT) return;
    const sequence = (reader.era ?? era) * 2 ** 32 + reader.sequence;
    if (sequence < limit) newest.take(contents, reader.data, era);
  });
  const lastCommit = newest.finish();
  const log = memoryFor(environment, all.memtable.liveBytes * GROWTH, survey.eraMax + 1);
  const copy = new CopySink(log, targetOf(storeId), new ProgressMeter(undefined));
  copyLive(all, copy, 0);
  copy.finish();
  const report = reportOf(survey, limit, { keys: log.memtable.liveKeys, lastCommit });
  return { log, copy, report };
}

/** The sequence from which on nothing is saved. */
function limitOf(survey: Survey, path: string, fileSystem: FileSystem, strict: boolean): number {
  const first = survey.found.missing[0]?.first ?? Number.POSITIVE_INFINITY;
  if (!strict) return Number.POSITIVE_INFINITY;
  const { unproven } = survey;
  if (unproven === undefined) return first;
  throw new LaneError('CORRUPT', `no moment of the store can be proven: ${unproven.reason}`, {
    file: fileSystem.join(path, unproven.file),
    offset: unproven.offset,
  });
}

function reportOf(
  survey: Survey,
  limit: number,
  saved: { keys: number; lastCommit: CommitFacts | undefined },
): SalvageReport {
  const { operations, missing } = survey.found;
  const firstMissing = missing[0]?.first ?? Number.POSITIVE_INFINITY;
  const taken = operations.filter((sequence) => sequence < limit);
  return {
    storeId: storeIdText(survey.storeId),
    records: taken.length,
    keys: saved.keys,
    recordsAfterGap: operations.filter((sequence) => sequence > firstMissing).length,
    lastSequence: taken.at(-1) ?? 0,
    lastCommit: saved.lastCommit,
    missing,
    losses: survey.losses,
    files: survey.files,
  };
}

function memoryFor(environment: Environment, logBytes: number, era: number): LogMemory {
  const { lanesMax, usesHugePages } = environment;
  const shape = { memoryBytes: MIB, segmentBytes: SEGMENT_BYTES, logBytes };
  const log = new LogMemory({ ...shape, lanesMax, usesHugePages });
  log.control.words[ERA] = era;
  return log;
}

function targetOf(storeId: Uint8Array) {
  return { storeId, firstGeneration: FIRST_GENERATION, segmentBytes: SEGMENT_BYTES };
}

function bytesIn(fileSystem: FileSystem, directory: string): number {
  if (fileSystem.kind(directory) !== 'directory') return 0;
  let total = 0;
  for (const name of fileSystem.list(directory)) {
    const path = fileSystem.join(directory, name);
    if (parseSegmentName(name) === undefined || fileSystem.kind(path) !== 'file') continue;
    const file = fileSystem.openRead(path);
    total += file.size();
    file.close();
  }
  return total;
}

/** Reports progress, lets the event loop turn, and ends the work when the signal says so. */
class Pacer {
  readonly #settings: SalvageSettings;
  readonly #progress = { records: 0, bytes: 0, bytesTotal: 0 };

  constructor(settings: SalvageSettings, bytesTotal: number) {
    this.#settings = settings;
    this.#progress.bytesTotal = bytesTotal;
  }

  /** Says how many bytes are still to be read. */
  expect(bytes: number): void {
    this.#progress.bytesTotal = this.#progress.bytes + bytes;
  }

  readonly step = async (bytes: number, records: number): Promise<void> => {
    this.#progress.bytes += bytes;
    this.#progress.records += records;
    this.#settings.onProgress?.({ ...this.#progress });
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#settings.signal?.throwIfAborted();
  };
}
