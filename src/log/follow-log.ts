// Following a log: its entries as they become durable. What is not proven durable is not given, so
// a follower never acts on what a crash takes back.

import { setTimeout } from 'node:timers/promises';
import { refuseUnknown } from '../check-operations.js';
import { isLaneError } from '../errors.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import { integerOption } from '../option-values.js';
import { isOwnRecord, LogCursor } from '../recovery/log-cursor.js';
import type { SuperblockState } from '../recovery/read-superblock.js';
import { readSuperblock } from '../recovery/read-superblock.js';
import type { LogEntry } from './log-entry.js';
import { logEntry } from './log-entry.js';
import type { LogReading, ReadLogOptions } from './read-log.js';
import {
  advance,
  beginReading,
  fromOption,
  PositionGate,
  refuseMissing,
  refuseRetired,
  StopJudge,
} from './read-log.js';

const ERA_STEP = 4294967296;
const POLL_MS = 20;
/**
 * Looks without anything new after which what ran ahead is read anew: it may have been given up.
 */
const QUIET_LOOKS_MAX = 50;

export interface FollowLogOptions extends ReadLogOptions {
  /** Ends the follower: it returns, without an error. */
  signal?: AbortSignal | undefined;
  /** Time between two looks at the files, 1 to 60,000 ms. Default 20. */
  pollMs?: number | undefined;
}

/** What tells a follower how far it may go. */
export interface Watermark {
  /** Largest full sequence known durable. */
  durable(): number;
  /** Resolves to false when there will be no more; else when there may be. */
  wait(): Promise<boolean>;
  close(): void;
}

/**
 * The entries of the log in the directory `path` as they become durable, from a position on; waits
 * for more until the signal is aborted, and keeps the process alive meanwhile. The writer may be in
 * another process: the newest entries come with the next ones, or about 50 ms after it fell idle.
 * Rejects as readLog() throws.
 */
export async function* followLog(
  path: string,
  options: FollowLogOptions = {},
): AsyncGenerator<LogEntry, void> {
  const reading = beginReading(new NodeFileSystem({ native: false }), path);
  const { from, pollMs, signal } = followOptions(options);
  yield* follow(reading, { from, signal }, new FileWatermark(reading, pollMs, signal));
}

/** Checks the options of a follower. */
export function followOptions(options: FollowLogOptions): {
  from: number | undefined;
  pollMs: number;
  signal: AbortSignal | undefined;
} {
  refuseUnknown(options, new Set(['from', 'signal', 'pollMs']), 'option');
  const given = { pollMs: options.pollMs };
  const pollMs = integerOption(given, 'pollMs', { min: 1, max: 60_000, fallback: POLL_MS });
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('option signal must be an AbortSignal');
  }
  return { from: fromOption(options), pollMs, signal };
}

/** Entries up to the watermark, again and again, until it says that there will be no more. */
export async function* follow(
  reading: LogReading,
  range: { from: number | undefined; signal: AbortSignal | undefined },
  watermark: Watermark,
): AsyncGenerator<LogEntry, void> {
  const { source, start } = reading;
  const cursor = new LogCursor(source, start);
  const gate = new PositionGate(range.from, start.position);
  try {
    do {
      const durable = watermark.durable();
      while (cursor.nextSequence <= durable) {
        if (range.signal?.aborted === true) return;
        advanceToDurable(cursor, reading);
        if (gate.isOpenAt(cursor.position) && !isOwnRecord(cursor.kind)) yield logEntry(cursor);
        // One place is enough to go on: a follower may run for ever.
        cursor.places.splice(0, cursor.places.length - 1);
      }
    } while (await watermark.wait());
  } finally {
    cursor.close();
    watermark.close();
  }
}

/** To a record that is durable: if it is not in what was read of the file, it is in the file. */
function advanceToDurable(cursor: LogCursor, { source }: LogReading): void {
  if (advance(cursor, source)) return;
  cursor.lookAgain();
  if (advance(cursor, source)) return;
  refuseRetired(source, cursor);
  refuseMissing(cursor);
}

/**
 * The watermark as the files prove it: by records that carry it, found by a cursor that runs ahead,
 * and by the superblock of a closed log.
 */
class FileWatermark implements Watermark {
  readonly #reading: LogReading;
  readonly #pollMs: number;
  readonly #signal: AbortSignal | undefined;
  #scout: LogCursor;
  #durable = 0;
  #quietLooks = 0;
  /** Sequence expected at the stop that was judged last. */
  #judged = 0;

  constructor(reading: LogReading, pollMs: number, signal: AbortSignal | undefined) {
    this.#reading = reading;
    this.#pollMs = pollMs;
    this.#signal = signal;
    this.#scout = new LogCursor(reading.source, reading.start);
  }

  durable(): number {
    const { source } = this.#reading;
    const before = this.#scout.nextSequence;
    this.#runAhead();
    const scout = this.#scout;
    this.#quietLooks = scout.nextSequence === before ? this.#quietLooks + 1 : 0;
    const state = readSuperblock(source.fileSystem, source.directory);
    const { block, isClean } = state;
    if (!isClean && this.#quietLooks === QUIET_LOOKS_MAX) this.#judge(state);
    const closedAt = isClean && block.durable > 0 ? block.era * ERA_STEP + block.durable : 0;
    this.#durable = Math.max(this.#durable, scout.durable, closedAt);
    const { places } = scout;
    while (places.length > 1 && places[1]!.sequence <= this.#durable) places.shift();
    return this.#durable;
  }

  async wait(): Promise<boolean> {
    if (this.#signal?.aborted === true) return false;
    try {
      await setTimeout(this.#pollMs, undefined, { signal: this.#signal });
    } catch {
      return false; // aborted
    }
    const isBehind = this.#scout.nextSequence - 1 > this.#durable;
    if (isBehind && this.#quietLooks >= QUIET_LOOKS_MAX) this.#beginAgain();
    else this.#scout.lookAgain();
    return true;
  }

  close(): void {
    this.#scout.close();
  }

  /** A stop that lasts is the end, or damage, which nobody else may ever tell the follower. */
  #judge(state: SuperblockState): void {
    if (this.#judged === this.#scout.nextSequence) return;
    const judge = new StopJudge(this.#reading.source, state);
    while (!judge.isEnd(this.#scout)) this.#runAhead();
    this.#judged = this.#scout.nextSequence;
  }

  #runAhead(): void {
    const { source } = this.#reading;
    try {
      while (advance(this.#scout, source));
    } catch (error) {
      if (!isLaneError(error, 'CORRUPT')) throw error;
      this.#beginAgain();
      while (advance(this.#scout, source));
    }
  }

  /**
   * What ran ahead may have been given up by a recovery, and other records be there now. Goes back
   * to the last segment that begins with what is durable.
   */
  #beginAgain(): void {
    const place = this.#scout.places[0]!;
    this.#scout.close();
    this.#scout = new LogCursor(this.#reading.source, place);
    this.#quietLooks = 0;
  }
}
