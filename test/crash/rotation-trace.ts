// Whether a kill hit the rotation of a segment, told from the files it left: one that was being
// prepared, or a newest segment without a record behind one that already ends with its trailer.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isTemporaryName, parseSegmentName } from '../../src/format/file-name.js';
import { KIND_ROTATION_TRAILER, kindOf } from '../../src/format/operation.js';
import { DATA_OFFSET, recordBytes } from '../../src/format/record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';

export interface RotationTrace {
  /** A segment was being created under its temporary name. */
  readonly isPreparing: boolean;
  /** The last segment was left and the next one has no record yet. */
  readonly isSwitching: boolean;
}

export function rotationTrace(path: string): RotationTrace {
  const names = existsSync(path) ? readdirSync(path) : [];
  const segments = names
    .filter((name) => parseSegmentName(name) !== undefined)
    .sort()
    .slice(-2);
  const [before, newest] = segments.map((name) => readFileSync(join(path, name)));
  return {
    isPreparing: names.some(isTemporaryName),
    isSwitching:
      before !== undefined &&
      newest !== undefined &&
      lastKind(newest) === undefined &&
      lastKind(before) === KIND_ROTATION_TRAILER,
  };
}

/** Kind of the last record by the chain of lengths; undefined if there is no record. */
function lastKind(segment: Buffer): number | undefined {
  let kind: number | undefined;
  for (let at = SEGMENT_HEADER_BYTES; at + DATA_OFFSET + 4 <= segment.length; ) {
    const dataBytes = segment.readUInt32LE(at);
    if (dataBytes === 0 || at + recordBytes(dataBytes) > segment.length) break;
    kind = kindOf(segment.readInt32LE(at + DATA_OFFSET));
    at += recordBytes(dataBytes);
  }
  return kind;
}
