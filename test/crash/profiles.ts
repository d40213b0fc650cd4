// How a writer of the crash test writes: small records in large groups, large values in the
// smallest segments, one write at a time, closing and opening all the time.

import type { Choices } from '../support/choices.js';
import type { CrashProfile } from './operation-stream.js';

const MEBIBYTE = 1024 * 1024;

const MIXED = {
  name: 'mixed',
  memoryBytes: 16 * MEBIBYTE,
  segmentBytes: 262_144,
  keys: 300,
  valueBytesMax: 300,
  batchOperationsMax: 120,
  window: 64,
  closeEvery: 0,
};

/** Most of the time goes into rotation: a few records fill a segment, and some dozens the store. */
const ROTATING = {
  ...MIXED,
  name: 'rotating',
  memoryBytes: 4 * MEBIBYTE,
  segmentBytes: 65_536,
  keys: 60,
  valueBytesMax: 30_000,
  batchOperationsMax: 2,
  window: 8,
};

/** Every batch fits the smallest segment. */
const SMALL_BATCHES = { ...MIXED, segmentBytes: 65_536, batchOperationsMax: 15 };

const OTHERS = [
  MIXED,
  { ...MIXED, name: 'large group', memoryBytes: 32 * MEBIBYTE, segmentBytes: 65_536, window: 512 },
  { ...SMALL_BATCHES, name: 'one by one', valueBytesMax: 3000, window: 1 },
  { ...MIXED, name: 'large batches', segmentBytes: MEBIBYTE, batchOperationsMax: 1500, window: 8 },
  { ...SMALL_BATCHES, name: 'reopening', valueBytesMax: 2000, closeEvery: 60 },
];

/** A profile; with probability `rotation` the one that rotates most. */
export function profileFor(
  choices: Choices,
  io: 'mapped' | 'buffered' | 'both',
  rotation: number,
): CrashProfile {
  const profile = choices.chance(rotation) ? ROTATING : choices.pick(OTHERS);
  return { ...profile, io: io === 'both' ? choices.pick(['mapped', 'buffered']) : io };
}
