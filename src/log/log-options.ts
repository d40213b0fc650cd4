// Options of openLog(), checked: an unknown name, a wrong type or a value out of range is a
// TypeError or RangeError that names the option and what it may be.

import { refuseUnknown } from '../check-operations.js';
import { CHUNK_BYTES } from '../control/pool.js';
import type { Medium } from '../directory/choose-medium.js';
import { ERA_MAX } from '../format/operation.js';
import { SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN } from '../format/segment-header.js';
import { booleanOption, integerOption, oneOfOption } from '../option-values.js';

export interface LogOptions {
  /** Make the log if there is none. Default true. */
  createIfMissing?: boolean | undefined;
  /**
   * How records reach the disk: 'buffered' (default) by writes of the syncer; 'mapped' by stores
   * into mapped segments, so that nothing appended is lost when only the process dies; 'auto' maps
   * where that is safe.
   */
  io?: Medium | undefined;
  /** Segments of the ring, 2 to 16. Default 4. Memory is at most this times segmentBytes. */
  ringSegments?: number | undefined;
  /**
   * Length of a segment, 65,536 to 134,217,728 bytes. Default 16 MiB. The first one has at most
   * 1 MiB, each later one up to twice as much. A record fits one segment.
   */
  segmentBytes?: number | undefined;
  /** Longest wait before what nobody waits for is synced, 0 to 10,000 ms. Default 10. */
  syncDelayMs?: number | undefined;
  /** Longest wait of an append for a segment, 1 to 600,000 ms. Default 30,000. */
  stallMsMax?: number | undefined;
  /**
   * Sequence of the first record of a log that is made. Default 1; its low 32 bits are 1 to
   * 0xff000000.
   */
  startSequence?: number | undefined;
  /**
   * Cuts the log at this position and goes on there: every record from it on is given up, durably.
   * Default: the end.
   */
  position?: number | undefined;
}

export interface LogSettings {
  createIfMissing: boolean;
  readOnly: false;
  io: Medium;
  ringSegments: number;
  segmentBytes: number;
  syncDelayMs: number;
  stallMsMax: number;
  startSequence: number;
  position: number | undefined;
}

const NAMES = new Set([
  'createIfMissing',
  'io',
  'ringSegments',
  'segmentBytes',
  'syncDelayMs',
  'stallMsMax',
  'startSequence',
  'position',
]);
const ERA_STEP = 2 ** 32;
/** A full segment of the shortest records still fits behind it. */
const START_LOW_MAX = 0xff000000;
const RING_BYTES_MAX = 2 ** 31 - 2 ** 22;
const SEGMENT_BYTES_DEFAULT = 16777216;
const RING_SEGMENTS_DEFAULT = 4;

/** Checks path and options. Throws TypeError or RangeError. */
export function readLogOptions(path: unknown, options: unknown): LogSettings {
  if (typeof path !== 'string') throw new TypeError('the path of a log must be a string');
  if (path === '' || path.includes('\0')) throw new RangeError('the path of a log is not a path');
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new TypeError('the options of a log must be an object');
  }
  const given = { ...(options as Record<string, unknown> | undefined) };
  refuseUnknown(given, NAMES, 'option');
  const settings: LogSettings = {
    createIfMissing: booleanOption(given, 'createIfMissing', true),
    readOnly: false,
    io: oneOfOption(given, 'io', ['buffered', 'mapped', 'auto']),
    ringSegments: integerOption(given, 'ringSegments', {
      min: 2,
      max: 16,
      fallback: RING_SEGMENTS_DEFAULT,
    }),
    segmentBytes: integerOption(given, 'segmentBytes', {
      min: SEGMENT_BYTES_MIN,
      max: SEGMENT_BYTES_MAX,
      fallback: SEGMENT_BYTES_DEFAULT,
    }),
    syncDelayMs: integerOption(given, 'syncDelayMs', { min: 0, max: 10_000, fallback: 10 }),
    stallMsMax: integerOption(given, 'stallMsMax', { min: 1, max: 600_000, fallback: 30_000 }),
    startSequence: integerOption(given, 'startSequence', {
      min: 1,
      max: ERA_MAX * ERA_STEP + START_LOW_MAX,
      fallback: 1,
    }),
    position: positionOption(given),
  };
  refuseImpossible(settings);
  return settings;
}

function positionOption(given: Record<string, unknown>): number | undefined {
  if (given['position'] === undefined) return undefined;
  const max = Number.MAX_SAFE_INTEGER;
  return integerOption(given, 'position', { min: 0, max, fallback: 0 });
}

function refuseImpossible(settings: LogSettings): void {
  const { segmentBytes, ringSegments, startSequence } = settings;
  if (segmentBytes % CHUNK_BYTES !== 0) {
    throw new RangeError(`option segmentBytes must be a multiple of ${CHUNK_BYTES}`);
  }
  if (segmentBytes * ringSegments > RING_BYTES_MAX) {
    throw new RangeError('options ringSegments and segmentBytes: the ring must be below 2 GiB');
  }
  const low = startSequence % ERA_STEP;
  if (low === 0 || low > START_LOW_MAX) {
    throw new RangeError('option startSequence: its low 32 bits must be 1 to 0xff000000');
  }
}
