// How a command ends: the exit codes, which are API, and the one line that names an error.

import { LaneError } from '../errors.js';

export const EXIT_FINE = 0;
export const EXIT_DAMAGE = 1;
export const EXIT_USAGE = 2;
export const EXIT_LOCKED = 3;
export const EXIT_FAILED = 4;
export const EXIT_NOT_FOUND = 5;
export const EXIT_INTERRUPTED = 130;

export const EXIT_CODES_HELP = `
Exit codes:
  0    fine
  1    damage found
  2    wrong usage; a bad line (import)
  3    the store is locked by another process
  4    any other failure
  5    no such key (get)
  130  interrupted`;

/** A command that was called the wrong way. */
export class UsageError extends Error {}

/** The input of a command is not what it takes. */
export class InputError extends Error {}

/** One line of it is not; the message begins with its number. */
export class BadLineError extends InputError {}

/** There is no such key. */
export class NotFoundError extends Error {}

/** The user pressed Ctrl-C; what was open is closed. */
export class InterruptedError extends Error {}

export function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return EXIT_INTERRUPTED;
  if (error instanceof NotFoundError) return EXIT_NOT_FOUND;
  if (isUsage(error) || error instanceof InputError) return EXIT_USAGE;
  if (!(error instanceof LaneError)) return EXIT_FAILED;
  if (error.code === 'CORRUPT') return EXIT_DAMAGE;
  return error.code === 'STORE_LOCKED' ? EXIT_LOCKED : EXIT_FAILED;
}

/** `lanedb: CODE message (file:offset)`, always one line. */
export function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `lanedb: ${codeOf(error)} ${message}${placeOf(error)}`.replace(/\s*[\r\n]+\s*/g, ' ');
}

function codeOf(error: unknown): string {
  if (error instanceof LaneError) return error.code;
  if (error instanceof NotFoundError) return 'NOT_FOUND';
  if (error instanceof InputError) return 'INPUT';
  return isUsage(error) ? 'USAGE' : 'FAILED';
}

function placeOf(error: unknown): string {
  if (!(error instanceof LaneError) || error.file === undefined) return '';
  if (error.offset !== undefined) return ` (${error.file}:${error.offset})`;
  return error.message.includes(error.file) ? '' : ` (${error.file})`;
}

/** The library throws these two for wrong arguments and for nothing else. */
function isUsage(error: unknown): boolean {
  return error instanceof UsageError || error instanceof TypeError || error instanceof RangeError;
}
