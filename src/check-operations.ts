// Checks of batches and commits that a user passes: their shape, and what a commit states. A
// mistake is a TypeError or RangeError that says which operation or name.

import type { CommitFacts } from './format/commit-section.js';
import {
  COMMIT_NAME_BYTES_MAX,
  COMMIT_OFFSETS_MAX,
  isCommitName,
} from './format/commit-section.js';

export type { CommitFacts };

/** One operation of a batch or commit. */
export type Operation<K, V> =
  | { type: 'put'; key: K; value: V }
  | { type: 'delete'; key: K; value?: undefined };

const OPERATION_NAMES = new Set(['type', 'key', 'value']);
const COMMIT_NAMES = new Set(['offsets', 'watermark']);

/** Checks the shape of a batch; keys and values are checked by their encoders. */
export function checkOperations(operations: unknown): void {
  if (!Array.isArray(operations)) throw new TypeError('operations must be an array');
  for (let index = 0; index < operations.length; index++) {
    const operation: unknown = operations[index];
    if (typeof operation !== 'object' || operation === null) {
      throw new TypeError(`operation ${index} must be an object`);
    }
    for (const name of Object.keys(operation)) {
      if (!OPERATION_NAMES.has(name)) {
        throw new TypeError(`operation ${index} has an unknown property '${name}'`);
      }
    }
    const { type, value } = operation as { type?: unknown; value?: unknown };
    if (type !== 'put' && type !== 'delete') {
      throw new TypeError(`operation ${index} must have the type 'put' or 'delete'`);
    }
    if (type === 'delete' && value !== undefined) {
      throw new TypeError(`operation ${index} is a delete and has a value`);
    }
  }
}

/** Checks what a commit states; returns it as it was read, whatever getters say the next time. */
export function checkCommit(facts: unknown): CommitFacts {
  if (typeof facts !== 'object' || facts === null) {
    throw new TypeError('a commit must be an object with offsets');
  }
  refuseUnknown(facts, COMMIT_NAMES, 'commit property');
  const { offsets, watermark } = facts as { offsets?: unknown; watermark?: unknown };
  if (typeof offsets !== 'object' || offsets === null) {
    throw new TypeError('the offsets of a commit must be an object');
  }
  const entries = Object.entries(offsets);
  if (entries.length > COMMIT_OFFSETS_MAX) {
    throw new RangeError(
      `a commit has at most ${COMMIT_OFFSETS_MAX} offsets, not ${entries.length}`,
    );
  }
  for (const [name, offset] of entries) {
    if (!isCommitName(name)) {
      throw new RangeError(
        `the name of an offset is well-formed text of at most ${COMMIT_NAME_BYTES_MAX} bytes`,
      );
    }
    if (typeof offset !== 'number') throw new TypeError(`offset '${name}' must be a number`);
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new RangeError(`offset '${name}' must be a safe integer from 0 on`);
    }
  }
  const checked: CommitFacts = { offsets: Object.fromEntries(entries) };
  if (watermark === undefined) return checked;
  if (typeof watermark !== 'number') throw new TypeError('the watermark must be a number');
  if (!Number.isSafeInteger(watermark))
    throw new RangeError('the watermark must be a safe integer');
  return { ...checked, watermark };
}

/** Throws TypeError for a property that is not among the known ones. */
export function refuseUnknown(given: object, known: Set<string>, what: string): void {
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw new TypeError(`unknown ${what} '${name}'`);
  }
}
