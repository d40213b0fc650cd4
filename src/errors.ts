// The one error class of LaneDB and its stable codes. Codes are API and never change their meaning;
// messages are for people and may. Wrong arguments are TypeError or RangeError, never this class.
// Declarations of the package use types of Node, which compilers do not look for by themselves:
// every entry point comes by here.

/// <reference types="node" preserve="true" />

export type LaneErrorCode =
  | 'BACKGROUND_FAILED'
  | 'CORRUPT'
  | 'DISK_FULL'
  | 'FORMAT_UNSUPPORTED'
  | 'IO_ERROR'
  | 'NOT_A_STORE'
  | 'POSITION_NOT_FOUND'
  | 'READ_ONLY'
  | 'RECORD_TOO_LARGE'
  | 'SEQUENCE_LIMIT'
  | 'SNAPSHOT_CLOSED'
  | 'SNAPSHOT_EXPIRED'
  | 'STORE_CLOSED'
  | 'STORE_FULL'
  | 'STORE_LOCKED'
  | 'STORE_NOT_FOUND'
  | 'STORE_POISONED'
  | 'STORE_STALLED'
  | 'TARGET_EXISTS'
  | 'TRANSACTION_ACTIVE'
  | 'VALUE_INVALID';

/** Where an error happened and what was found there. */
export interface LaneErrorPlace {
  cause?: unknown;
  /** Path of the file concerned. */
  file?: string;
  /** Byte offset in that file. */
  offset?: number;
  expected?: string | number;
  found?: string | number;
}

/** Every failure that is not a wrong argument. `code` is stable; `file` and `offset` say where. */
export class LaneError extends Error {
  readonly code: LaneErrorCode;
  readonly file: string | undefined;
  readonly offset: number | undefined;
  readonly expected: string | number | undefined;
  readonly found: string | number | undefined;

  constructor(code: LaneErrorCode, message: string, place: LaneErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = 'LaneError';
    this.code = code;
    this.file = place.file;
    this.offset = place.offset;
    this.expected = place.expected;
    this.found = place.found;
  }
}

/** True for a LaneError, of the given code if one is named. */
export function isLaneError(error: unknown, code?: LaneErrorCode): error is LaneError {
  return error instanceof LaneError && (code === undefined || error.code === code);
}
