// docs/format.md, "File names": names of the files in a store directory, both ways.

import { LANES_MAX } from './file-header.js';

export const LOCK_NAME = 'LOCK';
export const SUPERBLOCK_NAME = 'superblock';
export const TEMPORARY_SUFFIX = '.tmp';

export interface SegmentName {
  lane: number;
  generation: number;
}

/** A value file's id is lane * 2^23 + its number in the lane. */
export const VALUE_FILE_NUMBER_MAX = 8388607;
const VALUE_FILE_NUMBERS = VALUE_FILE_NUMBER_MAX + 1;
const VALUE_FILE_PATTERN = /^value-l(\d{2})-(\d{6,7})\.log$/;
export const TREE_NAME = 'index.tree';

const GENERATION_MAX = 0xffffffff;
const SEGMENT_PATTERN = /^wal-l(\d{2})-(\d{10})\.log$/;

/** Name of a lane's segment, as `wal-l00-0000000001.log`. */
export function segmentName(lane: number, generation: number): string {
  return `wal-l${digits(lane, 2)}-${digits(generation, 10)}.log`;
}

/** Name of the value file with an id, as `value-l00-000001.log`. */
export function valueFileName(id: number): string {
  const lane = Math.floor(id / VALUE_FILE_NUMBERS);
  return `value-l${digits(lane, 2)}-${digits(id % VALUE_FILE_NUMBERS, 6)}.log`;
}

/** Id of the value file that a name states, 0 if it is not the name of one. */
export function parseValueFileName(name: string): number {
  const match = VALUE_FILE_PATTERN.exec(name);
  if (match === null) return 0;
  const id = Number(match[1]) * VALUE_FILE_NUMBERS + Number(match[2]);
  const isOne = Number(match[1]) < LANES_MAX && Number(match[2]) <= VALUE_FILE_NUMBER_MAX;
  return isOne && id % VALUE_FILE_NUMBERS !== 0 && valueFileName(id) === name ? id : 0;
}

/** Name under which a segment is prepared or recycled, before it has its own. */
export function preparingName(lane: number, generation: number): string {
  return `preparing-l${digits(lane, 2)}-${digits(generation, 10)}${TEMPORARY_SUFFIX}`;
}

/** Lane and generation that a file name states, if it is a segment's. */
export function parseSegmentName(name: string): SegmentName | undefined {
  const match = SEGMENT_PATTERN.exec(name);
  if (match === null) return undefined;
  const lane = Number(match[1]);
  const generation = Number(match[2]);
  if (lane >= LANES_MAX || generation === 0 || generation > GENERATION_MAX) return undefined;
  return { lane, generation };
}

/** True for a file that only a crash leaves behind and that an open removes. */
export function isTemporaryName(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX);
}

/** True for a name that may stand in a store directory. */
export function isStoreFileName(name: string): boolean {
  return (
    name === SUPERBLOCK_NAME ||
    name === LOCK_NAME ||
    name.startsWith(`${LOCK_NAME}.`) ||
    isTemporaryName(name) ||
    parseSegmentName(name) !== undefined
  );
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
