// Errors of the operating system as LaneErrors: DISK_FULL when there is no room, IO_ERROR
// otherwise, with the path, the offset and the original error (code, errno, syscall) as cause.
// Errors that are not the operating system's, such as a wrong argument, pass through unchanged.
import { constants } from 'node:os';
import { LaneError } from '../errors.js';

/** What was attempted, and where. */
export interface SystemErrorPlace {
  /** The attempt in words that continue "cannot ...": "write", "rename to /b". */
  operation: string;
  file: string;
  offset?: number;
}

/** A failed call of the C library, in the shape of Node's own system errors (negative errno). */
export class SystemCallError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  /** `errno` is the positive number the C library reports. */
  constructor(errno: number, syscall: string) {
    const code = errnoName(errno);
    super(`${code}: ${syscall} failed with errno ${errno}`);
    this.name = 'SystemCallError';
    this.code = code;
    this.errno = -errno;
    this.syscall = syscall;
  }
}

/** The error to throw: a LaneError if the operating system reported `cause`, else `cause`. */
export function systemError(cause: unknown, place: SystemErrorPlace): unknown {
  const code = ownErrnoCode(cause);
  if (code === undefined) return cause;
  const at = place.offset === undefined ? '' : ` at offset ${place.offset}`;
  const message = `cannot ${place.operation}: ${code}: ${place.file}${at}`;
  const errorPlace = { cause, file: place.file };
  return new LaneError(
    isNoRoom(code) ? 'DISK_FULL' : 'IO_ERROR',
    message,
    place.offset === undefined ? errorPlace : { ...errorPlace, offset: place.offset },
  );
}

/** Name of the errno ("EEXIST") of a system error or of a LaneError caused by one. */
export function errnoCode(error: unknown): string | undefined {
  if (error instanceof LaneError) return ownErrnoCode(error.cause);
  return ownErrnoCode(error);
}

/** Positive errno of a name that this platform knows, for comparing with a C library's result. */
export function errnoNumber(code: keyof typeof constants.errno): number {
  return constants.errno[code];
}

function ownErrnoCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function isNoRoom(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function errnoName(errno: number): string {
  for (const [name, value] of Object.entries(constants.errno)) {
    if (value === errno) return name;
  }
  return `errno ${errno}`;
}
