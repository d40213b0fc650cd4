// Options of salvage(), checked: an unknown name or a wrong type is a TypeError that names it.

import { booleanOption } from '../option-values.js';

export interface SalvageProgress {
  /** Records read so far. Every segment is read twice, so they count twice. */
  records: number;
  /** Bytes of segments read so far, of about so many. */
  bytes: number;
  bytesTotal: number;
}

export interface SalvageOptions {
  /**
   * Save only what comes before the first missing record: the store as it was at one moment.
   * CORRUPT, with nothing written, if that cannot be proven. Default false: save every record.
   */
  strict?: boolean | undefined;
  /** Called while segments are read. */
  onProgress?: ((progress: SalvageProgress) => void) | undefined;
  /** Ends the salvage: its promise rejects with the signal's reason, and no store is there. */
  signal?: AbortSignal | undefined;
}

export interface SalvageSettings {
  strict: boolean;
  onProgress: ((progress: SalvageProgress) => void) | undefined;
  signal: AbortSignal | undefined;
}

const NAMES = new Set(['strict', 'onProgress', 'signal']);

/** Checks the arguments of salvage() and fills in the defaults. */
export function readSalvageOptions(
  path: unknown,
  target: unknown,
  options: unknown = {},
): SalvageSettings {
  for (const [name, value] of Object.entries({ path, target })) {
    if (typeof value !== 'string' || value === '') {
      throw new TypeError(`${name} must be a non-empty string`);
    }
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options must be an object');
  }
  for (const name of Object.keys(options)) {
    if (NAMES.has(name)) continue;
    throw new TypeError(`unknown option '${name}' (known: ${[...NAMES].join(', ')})`);
  }
  const given = options as Record<string, unknown>;
  const { onProgress, signal } = given;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('option onProgress must be a function');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('option signal must be an AbortSignal');
  }
  return {
    strict: booleanOption(given, 'strict', false),
    onProgress: onProgress as SalvageSettings['onProgress'],
    signal,
  };
}
