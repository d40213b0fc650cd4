// Checks of what the user passes to writes. A mistake is a TypeError or RangeError; nothing is
// written.

import { refuseUnknown } from '../check-operations.js';
import type { WriteCondition } from './write-path.js';

export type PutOptions = WriteCondition;

/** Checks the options of a conditional write. */
export function checkCondition(options: unknown, names: readonly string[]): WriteCondition {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('the options of a write must be an object');
  }
  refuseUnknown(options, new Set(names), 'write option');
  const { ifVersion, ifAbsent } = options as WriteCondition;
  if (ifVersion !== undefined) {
    if (typeof ifVersion !== 'number') throw new TypeError('option ifVersion must be a number');
    if (!Number.isSafeInteger(ifVersion) || ifVersion < 0) {
      throw new RangeError('option ifVersion must be a version, or 0 for a missing key');
    }
  }
  if (ifAbsent !== undefined && typeof ifAbsent !== 'boolean') {
    throw new TypeError('option ifAbsent must be true or false');
  }
  if (ifAbsent === true && ifVersion !== undefined && ifVersion !== 0) {
    throw new TypeError('options ifAbsent and ifVersion contradict each other');
  }
  return { ifVersion, ifAbsent };
}
