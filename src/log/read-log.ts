// Reading a log's files from a position on. Works beside a writer, in another thread or process,
// and on a log that nobody has open. Never writes, takes no lock.

import { refuseUnknown } from '../check-operations.js';
import { refuseOtherPurpose } from '../directory/judge-directory.js';
import { isLaneError, LaneError } from '../errors.js';
import { SUPERBLOCK_NAME } from '../format/file-name.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { integerOption } from '../option-values.js';
import type { LogSource, LogStart } from '../recovery/log-cursor.js';
import { beginningOf, cleanEndOf, isOwnRecord, LogCursor } from '../recovery/log-cursor.js';
import type { SuperblockState } from '../recovery/read-superblock.js';
import { readSuperblock } from '../recovery/read-superblock.js';
import { judgeStop } from '../recovery/recover-log.js';
import type { LogEntry } from './log-entry.js';
import { logEntry } from './log-entry.js';

export interface ReadLogOptions {
  /** Position to begin at: where an entry begins or ends. Default: the log's beginning. */
  from?: number | undefined;
}

/** What reading begins with. */
export interface LogReading {
  source: LogSource;
  start: LogStart;
}

/**
 * The entries of the log in the directory `path`, in order, up to the first place that is no
 * record: of a log that is not open, what openLog() would find. Beside a writer also what is not
 * durable yet. Throws, when the first entry is asked for, TypeError, RangeError, STORE_NOT_FOUND,
 * NOT_A_STORE, FORMAT_UNSUPPORTED, CORRUPT (with file and offset), IO_ERROR; POSITION_NOT_FOUND if
 * nothing begins or ends at `from`, or it was retired.
 */
export function* readLog(path: string, options: ReadLogOptions = {}): Generator<LogEntry, void> {
  refuseUnknown(options, new Set(['from']), 'option');
  const from = fromOption(options);
  const { source, start, state } = beginReading(new NodeFileSystem({ native: false }), path);
  const end = cleanEndOf(state);
  const judge = new StopJudge(source, state);
  const range = { from, last: Number.POSITIVE_INFINITY };
  yield* entriesFrom({ ...source, end }, start, range, (cursor) => judge.isEnd(cursor));
}

/**
 * The entries from a start on, from position `from` to the record of sequence `last`, or to a stop
 * that `isEnd` takes for the end; it throws at one that is none, and looks again if it is not sure.
 */
export function* entriesFrom(
  source: LogSource,
  start: LogStart,
  range: { from: number | undefined; last: number },
  isEnd: (cursor: LogCursor) => boolean,
): Generator<LogEntry, void> {
  const cursor = new LogCursor(source, start);
  try {
    const gate = new PositionGate(range.from, start.position);
    do {
      while (cursor.nextSequence <= range.last && advance(cursor, source)) {
        if (gate.isOpenAt(cursor.position) && !isOwnRecord(cursor.kind)) yield logEntry(cursor);
      }
      refuseRetired(source, cursor);
    } while (!isEnd(cursor));
    gate.isOpenAt(cursor.end);
    gate.refuseClosed();
  } finally {
    cursor.close();
  }
}

/** Tells the end of a log from damage, as openLog() does, while somebody may be writing it. */
export class StopJudge {
  readonly #source: LogSource;
  readonly #state: SuperblockState;
  #doubted = 0;

  constructor(source: LogSource, state: SuperblockState) {
    this.#source = source;
    this.#state = state;
  }

  /**
   * True at the end. False once for every stop that looks like damage: the cursor looks again, for
   * a writer may have gone on since. Throws CORRUPT, with file and offset, if it stops there again.
   */
  isEnd(cursor: LogCursor): boolean {
    const { fileSystem, directory } = this.#source;
    const state = this.#state;
    try {
      judgeStop({ fileSystem, directory, state, cursor });
      return true;
    } catch (error) {
      if (!isLaneError(error, 'CORRUPT')) throw error;
      // Opened, closed, cut or retired since: what was known of its end no longer holds.
      const { block } = readSuperblock(fileSystem, directory);
      if (block.counter !== state.block.counter) return true;
      if (this.#doubted === cursor.nextSequence) throw error;
    }
    this.#doubted = cursor.nextSequence;
    cursor.lookAgain();
    return false;
  }
}

/** Throws CORRUPT where a record that is known to be durable cannot be read. */
export function refuseMissing(cursor: LogCursor): never {
  throw new LaneError('CORRUPT', `a durable record cannot be read (${cursor.stop})`, {
    file: cursor.path,
    offset: cursor.offset,
  });
}

/** Lets entries pass from a position on, which must be one where a record begins or ends. */
export class PositionGate {
  readonly #from: number | undefined;
  #isOpen: boolean;

  constructor(from: number | undefined, first: number) {
    this.#from = from;
    this.#isOpen = from === undefined;
    if (from !== undefined && from < first) {
      throw new LaneError(
        'POSITION_NOT_FOUND',
        `position ${from} is retired: the log begins later`,
        {
          expected: first,
          found: from,
        },
      );
    }
  }

  isOpenAt(position: number): boolean {
    if (position === this.#from) this.#isOpen = true;
    else if (!this.#isOpen && position > this.#from!) this.refuseClosed();
    return this.#isOpen;
  }

  refuseClosed(): void {
    if (this.#isOpen) return;
    throw new LaneError('POSITION_NOT_FOUND', `no entry begins at position ${this.#from}`);
  }
}

/** Like the cursor's, but says so if the segment was retired under the reader. */
export function advance(cursor: LogCursor, source: LogSource): boolean {
  try {
    return cursor.advance();
  } catch (error) {
    refuseRetired(source, cursor);
    throw error;
  }
}

/** Throws POSITION_NOT_FOUND if the segment that the cursor stands in is no longer of the log. */
export function refuseRetired(source: LogSource, cursor: LogCursor): void {
  const { block } = readSuperblock(source.fileSystem, source.directory);
  if (block.lanes[0]!.firstGeneration <= cursor.place.generation) return;
  throw new LaneError('POSITION_NOT_FOUND', 'the log was retired past the reader', {
    expected: block.log?.basePosition ?? 0,
    found: cursor.end,
  });
}

/** Judges the path and finds the log's beginning. */
export function beginReading(
  fileSystem: ReadOnlyFileSystem,
  path: string,
): LogReading & { state: SuperblockState } {
  if (typeof path !== 'string') throw new TypeError('the path of a log must be a string');
  if (fileSystem.kind(fileSystem.join(path, SUPERBLOCK_NAME)) !== 'file') {
    throw new LaneError('STORE_NOT_FOUND', `there is no log in ${path}`, { file: path });
  }
  const state = readSuperblock(fileSystem, path);
  refuseOtherPurpose(state.block, path, 'log');
  const source = { fileSystem, directory: path, storeId: state.block.storeId };
  return { source, start: beginningOf(state.block), state };
}

/** The option `from`, checked. */
export function fromOption(options: ReadLogOptions): number | undefined {
  if (options.from === undefined) return undefined;
  const range = { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 };
  return integerOption({ from: options.from }, 'from', range);
}
