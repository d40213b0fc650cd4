// docs/format.md, "Segment header": the first 4,096 bytes of a write-ahead log file.

import { invariant } from '../invariant.js';
import type { Checksum, HeaderProblem } from './file-header.js';
import {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  KIND_FIELDS_OFFSET,
  KIND_SEGMENT,
  LANES_MAX,
  sealFileHeader,
  viewOf,
} from './file-header.js';
import { ERA_MAX } from './operation.js';
import { TRAILER_BYTES } from './record.js';
import { isUint32, isZero } from './uint64.js';

/** The first record stands here: no later write touches the page of the header. */
export const SEGMENT_HEADER_BYTES = 4096;
export const SEGMENT_BYTES_MIN = 65536;
export const SEGMENT_BYTES_MAX = 134217728;

export const SEGMENT_OPEN = 1;
export const SEGMENT_SEALED = 2;

const SEGMENT_BYTES_OFFSET = KIND_FIELDS_OFFSET;
const ERA_OFFSET = SEGMENT_BYTES_OFFSET + 4;
const STATE_OFFSET = ERA_OFFSET + 4;
const RESERVED_OFFSET = STATE_OFFSET + 4;
const RESERVED_END = FILE_HEADER_BYTES - 4;

export interface SegmentHeader {
  storeId: Uint8Array;
  lane: number;
  generation: number;
  segmentBytes: number;
  era: number;
  /** SEGMENT_OPEN or SEGMENT_SEALED. */
  state: number;
}

/** The whole header area: SEGMENT_HEADER_BYTES bytes. */
export function encodeSegmentHeader(header: SegmentHeader, checksum: Checksum): Uint8Array {
  invariant(isSound(header), 'a segment header is sound before it is written');
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = viewOf(bytes);
  encodeFileHeader(bytes, 0, {
    kind: KIND_SEGMENT,
    headerBytes: SEGMENT_HEADER_BYTES,
    storeId: header.storeId,
    identityA: header.lane,
    identityB: header.generation,
  });
  view.setUint32(SEGMENT_BYTES_OFFSET, header.segmentBytes, true);
  view.setUint32(ERA_OFFSET, header.era, true);
  view.setUint32(STATE_OFFSET, header.state, true);
  sealFileHeader(bytes, 0, checksum);
  return bytes;
}

/** The header in the first SEGMENT_HEADER_BYTES bytes of a file, or what is wrong with it. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
  checksum: Checksum,
): SegmentHeader | HeaderProblem {
  if (bytes.length < SEGMENT_HEADER_BYTES) return 'short';
  const header = decodeFileHeader(bytes, 0, KIND_SEGMENT, checksum);
  if (typeof header === 'string') return header;
  const view = viewOf(bytes);
  const segment: SegmentHeader = {
    storeId: header.storeId,
    lane: header.identityA,
    generation: header.identityB,
    segmentBytes: view.getUint32(SEGMENT_BYTES_OFFSET, true),
    era: view.getUint32(ERA_OFFSET, true),
    state: view.getUint32(STATE_OFFSET, true),
  };
  const isWhole =
    header.headerBytes === SEGMENT_HEADER_BYTES &&
    isZero(bytes, RESERVED_OFFSET, RESERVED_END) &&
    isZero(bytes, FILE_HEADER_BYTES, SEGMENT_HEADER_BYTES);
  return isWhole && isSound(segment) ? segment : 'fields';
}

function isSound(segment: SegmentHeader): boolean {
  const { lane, generation, segmentBytes, era, state } = segment;
  if (![lane, generation, segmentBytes, era].every(isUint32)) return false;
  if (lane >= LANES_MAX || generation === 0 || era > ERA_MAX) return false;
  if (state !== SEGMENT_OPEN && state !== SEGMENT_SEALED) return false;
  if (segmentBytes < SEGMENT_HEADER_BYTES + TRAILER_BYTES) return false;
  return segmentBytes <= SEGMENT_BYTES_MAX && segmentBytes % 8 === 0;
}
