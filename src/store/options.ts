// Options of open(), checked: an unknown name, a wrong type or a value out of range is a TypeError
// or RangeError that names the option and what it may be.

import type { Medium } from '../directory/choose-medium.js';
import type { KeyEncoding } from '../keys/key.js';
import { booleanOption, integerOption, oneOfOption } from '../option-values.js';
import type { ValueEncoding } from '../values/value.js';
import type { OpenProgress } from './progress.js';

export interface OpenOptions<KE extends KeyEncoding = KeyEncoding, VE = ValueEncoding> {
  /** Make the store if there is none. Default true. */
  createIfMissing?: boolean | undefined;
  /** Open without changing a byte; writes are refused with READ_ONLY. Default false. */
  readOnly?: boolean | undefined;
  /**
   * How keys become bytes. Default 'ordered'. Not stored: open a store with what it was written
   * with.
   */
  keyEncoding?: KE | undefined;
  /** How values become bytes. Default 'msgpack'. Not stored either. */
  valueEncoding?: VE | undefined;
  /**
   * How records reach their file: 'buffered' with each sync, the default; 'mapped' as they are
   * written, so that nothing is lost when only the process dies; 'auto': mapped where that is safe.
   */
  io?: Medium | undefined;
  /**
   * Most bytes of memory for records and their index; past it writes get STORE_FULL. 1 MiB to 1
   * GiB, default 256 MiB.
   */
  memoryBytes?: number | undefined;
  /**
   * Length of a large segment file, a multiple of 65,536; a record must fit. 64 KiB to 64 MiB,
   * default 16 MiB.
   */
  segmentBytes?: number | undefined;
  /** Delay of a sync that nobody waits for. 0 to 1,000 ms, default 5. */
  syncDelayMs?: number | undefined;
  /** Most open snapshots; opening one more ends the oldest. 1 to 1,000,000, default 1,000. */
  snapshotsMax?: number | undefined;
  /** Age at which a snapshot ends. 1 ms to 30 days, default 1 hour. */
  snapshotAgeMsMax?: number | undefined;
  /** Called while a long open reads records. */
  onProgress?: ((progress: OpenProgress) => void) | undefined;
}

export interface Settings {
  createIfMissing: boolean;
  readOnly: boolean;
  keyEncoding: KeyEncoding;
  valueEncoding: ValueEncoding;
  io: Medium;
  memoryBytes: number;
  segmentBytes: number;
  syncDelayMs: number;
  snapshotsMax: number;
  snapshotAgeMsMax: number;
  onProgress: ((progress: OpenProgress) => void) | undefined;
}

const MIB = 1048576;
const SEGMENT_UNIT = 65536;
const SEGMENT_BYTES_DEFAULT = 16 * MIB;
const SEGMENT_BYTES_MAX = 64 * MIB;
const MEMORY_BYTES_MAX = 1024 * MIB;
const DAY_MS = 86_400_000;
/** A store needs room for several segments at once. */
const SEGMENTS_MIN = 4;

const NAMES = new Set([
  'createIfMissing',
  'readOnly',
  'keyEncoding',
  'valueEncoding',
  'io',
  'memoryBytes',
  'segmentBytes',
  'syncDelayMs',
  'snapshotsMax',
  'snapshotAgeMsMax',
  'onProgress',
]);

/** Checks the path and options of open() and fills in the defaults. */
export function readOptions(path: unknown, options: unknown = {}): Settings {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError('path must be a non-empty string');
  }
  if (typeof options !== 'object' || options === null)
    throw new TypeError('options must be an object');
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) {
      throw new TypeError(`unknown option '${name}' (known: ${[...NAMES].join(', ')})`);
    }
  }
  const given = options as Record<string, unknown>;
  const memoryBytes = integerOption(given, 'memoryBytes', {
    min: MIB,
    max: MEMORY_BYTES_MAX,
    fallback: 256 * MIB,
  });
  const settings: Settings = {
    createIfMissing: booleanOption(given, 'createIfMissing', true),
    readOnly: booleanOption(given, 'readOnly', false),
    keyEncoding: oneOfOption(given, 'keyEncoding', ['ordered', 'utf8', 'binary']),
    valueEncoding: valueEncoding(given['valueEncoding']),
    io: oneOfOption(given, 'io', ['buffered', 'mapped', 'auto']),
    memoryBytes,
    segmentBytes: segmentBytes(given, memoryBytes),
    syncDelayMs: integerOption(given, 'syncDelayMs', { min: 0, max: 1000, fallback: 5 }),
    snapshotsMax: integerOption(given, 'snapshotsMax', { min: 1, max: 1_000_000, fallback: 1000 }),
    snapshotAgeMsMax: integerOption(given, 'snapshotAgeMsMax', {
      min: 1,
      max: 30 * DAY_MS,
      fallback: DAY_MS / 24,
    }),
    onProgress: progress(given['onProgress']),
  };
  return settings;
}

function segmentBytes(given: Record<string, unknown>, memoryBytes: number): number {
  const most = Math.floor(memoryBytes / SEGMENTS_MIN / SEGMENT_UNIT) * SEGMENT_UNIT;
  const max = Math.min(SEGMENT_BYTES_MAX, most);
  const fallback = Math.min(SEGMENT_BYTES_DEFAULT, max);
  const bytes = integerOption(given, 'segmentBytes', { min: SEGMENT_UNIT, max, fallback });
  if (bytes % SEGMENT_UNIT !== 0) {
    throw new RangeError(`option segmentBytes must be a multiple of ${SEGMENT_UNIT}, not ${bytes}`);
  }
  return bytes;
}

function valueEncoding(value: unknown): ValueEncoding {
  if (value === undefined) return 'msgpack';
  if (value === 'msgpack' || value === 'json' || value === 'utf8' || value === 'binary')
    return value;
  const custom = value as { encode?: unknown; decode?: unknown } | null;
  const isCustom =
    typeof custom === 'object' &&
    custom !== null &&
    typeof custom.encode === 'function' &&
    typeof custom.decode === 'function';
  if (!isCustom) {
    throw new TypeError(
      "option valueEncoding must be 'msgpack', 'json', 'utf8', 'binary' or {encode, decode}",
    );
  }
  return custom as ValueEncoding;
}

function progress(value: unknown): ((progress: OpenProgress) => void) | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw new TypeError('option onProgress must be a function');
  return value as (progress: OpenProgress) => void;
}
