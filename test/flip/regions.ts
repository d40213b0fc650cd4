// The used bytes of a store, file by file, each part with what it is.

import { parseSegmentName, SUPERBLOCK_NAME } from '../../src/format/file-name.js';
import { LANES_OFFSET, SLOT_BYTES, SLOT_COUNT } from '../../src/format/superblock.js';
import { loadSegment, SegmentBuffer } from '../../src/recovery/load-segment.js';
import { WalReader } from '../../src/wal/wal-reader.js';
import { DIRECTORY } from '../power/session.js';
import type { TestDisk } from '../support/test-disk.js';
import type { Reference } from './reference.js';

export interface Region {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  /** All eight bits of these bytes are flipped, of others one. */
  readonly isHeader: boolean;
}

const FILE_HEADER_BYTES = 64;
const RECORD_HEADER_BYTES = 8;
const KINDS = [
  '',
  'put',
  'delete',
  'batch',
  'commit',
  'epoch barrier',
  'checkpoint',
  'no-op',
  'rotation trailer',
];

/** All used bytes, in the order of files and offsets. */
export function regionsOf(disk: TestDisk, reference: Reference): Region[] {
  const regions: Region[] = [];
  for (const name of disk.list(DIRECTORY)) {
    const path = `${DIRECTORY}/${name}`;
    if (name === SUPERBLOCK_NAME) regions.push(...superblock(path));
    else if (parseSegmentName(name) !== undefined) regions.push(...segment(disk, name, reference));
  }
  return regions;
}

/** Of a slot: header and fields; the zeros behind them and the checksum at the end. */
function superblock(path: string): Region[] {
  const regions: Region[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const start = slot * SLOT_BYTES;
    const fields = start + LANES_OFFSET + 64;
    const end = start + SLOT_BYTES;
    regions.push({ path, start, end: fields, kind: 'superblock', isHeader: true });
    regions.push({ path, start: fields, end: end - 4, kind: 'superblock', isHeader: false });
    regions.push({ path, start: end - 4, end, kind: 'superblock', isHeader: true });
  }
  return regions;
}

function segment(disk: TestDisk, name: string, reference: Reference): Region[] {
  const { lane, generation } = parseSegmentName(name)!;
  const storeId = Uint8Array.from(Buffer.from(reference.report.storeId, 'hex'));
  const identity = { storeId, lane, generation };
  const { contents, header, path } = loadSegment(disk, DIRECTORY, identity, new SegmentBuffer());
  const sort = header.state === 2 ? 'sealed ' : '';
  const kind = `${sort}segment header`;
  const headerBytes = { path, kind, start: 0, end: FILE_HEADER_BYTES, isHeader: true };
  const zeros = { path, kind, start: FILE_HEADER_BYTES, end: 4096, isHeader: false };
  const regions: Region[] = [headerBytes, zeros];
  const reader = new WalReader(contents);
  while (reader.advance()) {
    const { offset, end } = reader;
    const recordKind = `${sort}${KINDS[reader.kind]}`;
    const body = offset + RECORD_HEADER_BYTES;
    regions.push({ path, start: offset, end: body, kind: recordKind, isHeader: true });
    regions.push({ path, start: body, end, kind: recordKind, isHeader: false });
  }
  return regions;
}

/** Every flip of these regions: offset and bit; the one bit of other bytes follows from the seed. */
export function* flipsOf(region: Region, seed: number): Generator<{ offset: number; bit: number }> {
  for (let offset = region.start; offset < region.end; offset++) {
    if (region.isHeader) {
      for (let bit = 0; bit < 8; bit++) yield { offset, bit };
    } else {
      yield { offset, bit: (Math.imul(offset ^ seed, 0x9e3779b1) >>> 13) & 7 };
    }
  }
}
