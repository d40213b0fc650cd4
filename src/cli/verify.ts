// lanedb verify: recovery as a report, without opening the store. Changes nothing, takes no lock: a
// store in use is read again until what looks like damage stays in its place, which only damage
// does.

import { LaneError } from '../errors.js';
import { parseSegmentName, SUPERBLOCK_NAME } from '../format/file-name.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { holdsRecords } from '../recovery/load-segment.js';
import { directoryKind, readSuperblock } from '../recovery/read-superblock.js';
import { recover } from '../recovery/recover.js';
import type { RecoveryReport } from '../recovery/report.js';
import { reportLog } from '../recovery/report-log.js';
import { isInUse, lockFact } from './dump-lock.js';
import { EXIT_DAMAGE, EXIT_FAILED, EXIT_FINE, EXIT_LOCKED } from './exit-codes.js';
import { jsonText } from './json-form.js';
import type { Output } from './output.js';
import { progressLine } from './progress-line.js';
import { reportLines } from './verify-text.js';

const ATTEMPTS_MAX = 5;
const ATTEMPT_AFTER_MS = 100;
const PROGRESS_RECORDS = 262144;

export interface Verdict {
  report: RecoveryReport;
  /** A living process has the store open. */
  isInUse: boolean;
  /** What looks like damage moved between two readings: writes in progress. */
  isMoving: boolean;
}

/** Prints the report and returns the exit code. */
export async function verify(
  output: Output,
  path: string,
  options: { json: boolean },
): Promise<number> {
  const fileSystem = new NodeFileSystem({ native: false });
  const verdict = await judge(fileSystem, path, progressLine(process.stderr));
  if (options.json) {
    const { report, ...rest } = verdict;
    await output.print([jsonText({ ...report, ...rest })]);
  } else {
    await output.print(reportLines(verdict));
  }
  return exitCode(verdict);
}

function exitCode(verdict: Verdict): number {
  const { problem } = verdict.report;
  if (problem === undefined) return EXIT_FINE;
  if (verdict.isMoving) return EXIT_LOCKED;
  return problem.code === 'CORRUPT' ? EXIT_DAMAGE : EXIT_FAILED;
}

/** Reads the store, again if it is in use and looks damaged. Throws as recover() does. */
export async function judge(
  fileSystem: ReadOnlyFileSystem,
  path: string,
  progress: (text: string) => void,
): Promise<Verdict> {
  judgePath(fileSystem, path);
  let before: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const wasInUse = isInUse(lockFact(fileSystem, path));
    const { report, error } = attemptRecovery(fileSystem, path, progress);
    const isLive = wasInUse || isInUse(lockFact(fileSystem, path));
    if (!isLive || (error === undefined && report?.problem === undefined)) {
      if (report === undefined) throw error;
      return { report, isInUse: isLive, isMoving: false };
    }
    const place = placeOf(report?.problem ?? error);
    const isMoving = place !== before;
    if (!isMoving || attempt === ATTEMPTS_MAX) {
      if (report === undefined) throw error;
      return { report, isInUse: true, isMoving };
    }
    before = place;
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_AFTER_MS));
  }
}

interface Attempt {
  report?: RecoveryReport;
  error?: LaneError;
}

function attemptRecovery(
  fileSystem: ReadOnlyFileSystem,
  path: string,
  progress: (text: string) => void,
): Attempt {
  let records = 0;
  const accept = () => {
    records++;
    if (records % PROGRESS_RECORDS === 0) progress(`${records} records`);
  };
  try {
    const state = readSuperblock(fileSystem, path);
    const report =
      state.block.log === undefined
        ? recover(fileSystem, path, { begin: () => undefined, accept })
        : reportLog(fileSystem, path, state, accept);
    progress('');
    return { report };
  } catch (error) {
    if (error instanceof LaneError) return { error };
    throw error;
  }
}

function placeOf(found: { file?: string | undefined; offset?: number | undefined } | undefined) {
  return `${found?.file}:${found?.offset}`;
}

/** Throws where there is no store to verify. */
function judgePath(fileSystem: ReadOnlyFileSystem, path: string): void {
  const kind = fileSystem.kind(path);
  if (kind === 'file' || kind === 'other') {
    throw new LaneError('NOT_A_STORE', `${path} is not a directory`, { file: path });
  }
  const names = kind === 'none' ? [] : fileSystem.list(path);
  const found = directoryKind(names);
  if (found === 'store') return;
  for (const name of names) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined || !holdsRecords(fileSystem, path, parsed)) continue;
    const file = fileSystem.join(path, SUPERBLOCK_NAME);
    throw new LaneError('CORRUPT', `the superblock is missing, but ${name} holds records`, {
      file,
    });
  }
  const code = found === 'foreign' ? 'NOT_A_STORE' : 'STORE_NOT_FOUND';
  throw new LaneError(code, `there is no store in ${path}`, { file: path });
}
