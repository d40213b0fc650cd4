// Bytes of a known structure as lines `offset  hex  meaning`. Names fields, does not judge them:
// damaged or cut-off bytes give lines too, and every byte stands in exactly one of them, but for
// the middle of long keys and values. Pure; shared by dump and the tests of the format.

import { FILE_HEADER_BYTES, LANES_MAX, STORE_ID_BYTES } from '../format/file-header.js';
import {
  EXTENSION_BYTES,
  FLAG_CHUNKED,
  FLAG_ERA,
  FLAG_EXPIRY,
  FLAG_POINTER,
  FLAG_SUBLEVEL,
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_EPOCH_BARRIER,
  KIND_ROTATION_TRAILER,
  keyBytesOf,
  kindOf,
  OPERATION_HEADER_BYTES,
} from '../format/operation.js';
import { SEGMENT_OPEN, SEGMENT_SEALED } from '../format/segment-header.js';
import {
  LANE_BYTES,
  LANES_OFFSET,
  PURPOSE_OFFSET,
  SLOT_BYTES,
  STORE_CLEAN,
  STORE_OPEN,
} from '../format/superblock.js';
import { align8 } from '../format/uint64.js';
import { ByteLines } from './byte-lines.js';

export type Structure = 'superblock-slot' | 'segment-header' | 'record';

const CRC_BYTES = 4;
const SHOWN_BYTES_MAX = 64;
const TEXT_BYTES_MAX = 32;
const KIND_NAMES = [
  'unknown',
  'put',
  'delete',
  'batch',
  'commit',
  'epoch barrier',
  'checkpoint',
  'no-op',
  'rotation trailer',
  'oversize batch',
  'entry',
];
const FLAG_NAMES: readonly [number, string][] = [
  [FLAG_ERA, 'era'],
  [FLAG_EXPIRY, 'expiry'],
  [FLAG_SUBLEVEL, 'sublevel'],
  [FLAG_POINTER, 'pointer'],
  [FLAG_CHUNKED, 'chunked'],
];

/** Lines for `bytes`: one structure, or what is left of it, at `offset` of its file. */
export function annotate(
  structure: Structure,
  bytes: Uint8Array,
  offset: number,
): Generator<string> {
  const lines = new ByteLines(bytes, offset);
  if (structure === 'record') return annotateRecord(lines);
  return structure === 'superblock-slot' ? annotateSlot(lines) : annotateSegmentHeader(lines);
}

/** What an operation kind is called. */
export function kindName(kind: number): string {
  return KIND_NAMES[kind] ?? KIND_NAMES[0]!;
}

function* annotateSegmentHeader(lines: ByteLines): Generator<string> {
  yield* annotateFileHeader(lines, 'lane', 'generation');
  yield* lines.number(4, 'segment bytes');
  yield* lines.number(4, 'era');
  yield* lines.number(4, 'state', (state) => {
    if (state === SEGMENT_OPEN) return '1: open';
    return state === SEGMENT_SEALED ? '2: sealed' : `${state}: unknown`;
  });
  yield* annotateHeaderEnd(lines);
  yield* lines.field(lines.remaining, 'reserved');
}

function* annotateSlot(lines: ByteLines): Generator<string> {
  yield* annotateFileHeader(lines, 'slot', 'reserved');
  yield* lines.number(8, 'counter');
  yield* annotateHeaderEnd(lines);
  yield* lines.number(4, 'state', (state) => {
    if (state === STORE_OPEN) return '1: open';
    return state === STORE_CLEAN ? '2: clean' : `${state}: unknown`;
  });
  yield* lines.number(4, 'era');
  yield* lines.number(4, 'durable');
  yield* lines.number(4, 'first sequence');
  yield* lines.number(4, 'next generation');
  yield* lines.number(4, 'epoch');
  const laneCount = Math.min(lines.peek(4) ?? 0, LANES_MAX);
  yield* lines.number(4, 'lanes');
  yield* lines.number(4, 'counter again');
  yield* annotateTree(lines);
  yield* lines.number(4, 'purpose', (purpose) => {
    if (purpose === 0) return '0: store';
    return purpose === 1 ? '1: log' : `${purpose}: unknown`;
  });
  yield* lines.field(4, 'reserved');
  yield* lines.number(8, 'base position');
  yield* lines.field(LANES_OFFSET - lines.at, 'reserved');
  for (let index = 0; index < laneCount && lines.remaining > 0; index++) {
    const end = lines.at + LANE_BYTES;
    yield* lines.number(4, 'lane');
    yield* lines.number(4, 'first generation');
    yield* lines.number(4, 'live generation');
    yield* lines.number(4, 'end generation');
    yield* lines.number(4, 'end offset');
    yield* lines.number(4, 'first offset');
    yield* lines.field(end - lines.at, 'reserved');
  }
  yield* lines.field(SLOT_BYTES - CRC_BYTES - lines.at, 'reserved');
  yield* lines.checksum('checksum of the slot');
  yield* lines.field(lines.remaining, 'not part of the slot');
}

/** Where the trees are. */
function* annotateTree(lines: ByteLines): Generator<string> {
  yield* lines.number(4, 'root page');
  yield* lines.checksum('checksum of the root');
  yield* lines.number(4, 'merge');
  yield* lines.number(4, 'pages of the tree');
  yield* lines.number(4, 'catalogue page');
  yield* lines.checksum('checksum of the catalogue');
  yield* lines.number(4, 'next value file');
  yield* lines.field(4, 'reserved');
  yield* lines.number(8, 'keys');
  yield* lines.field(PURPOSE_OFFSET - lines.at, 'reserved');
}

function* annotateFileHeader(
  lines: ByteLines,
  identityA: string,
  identityB: string,
): Generator<string> {
  yield* lines.field(8, 'magic');
  yield* lines.number(2, 'version');
  yield* lines.number(2, 'kind');
  yield* lines.number(4, 'header bytes');
  yield* lines.field(STORE_ID_BYTES, 'store id');
  yield* lines.number(4, identityA);
  yield* lines.number(4, identityB);
}

function* annotateHeaderEnd(lines: ByteLines): Generator<string> {
  yield* lines.field(FILE_HEADER_BYTES - CRC_BYTES - lines.at, 'reserved');
  yield* lines.checksum('checksum of the file header');
}

function* annotateRecord(lines: ByteLines): Generator<string> {
  yield* lines.number(4, 'length');
  yield* lines.checksum('checksum of length and data');
  const word = lines.peek(4) ?? 0;
  const valueBytes = lines.peek(4, 4) ?? 0;
  const kind = kindOf(word);
  const isBatch = kind === KIND_BATCH || kind === KIND_COMMIT;
  yield* annotateOperationHeader(lines, isBatch ? 'operations' : 'value bytes');
  if (isBatch) {
    if (kind === KIND_COMMIT) yield* annotateSection(lines);
    yield* annotateOperations(lines, valueBytes);
  } else {
    yield* annotateContent(lines, kind, keyBytesOf(word), valueBytes);
  }
  yield* lines.field(lines.remaining, 'padding');
}

function* annotateOperationHeader(lines: ByteLines, countName: string): Generator<string> {
  const start = lines.at;
  const flags = lines.peek(1, 1) ?? 0;
  let extensions = 0;
  yield* lines.number(1, 'kind', (first) => {
    extensions = first >>> 4;
    return `${first & 15} ${kindName(first & 15)}, extension words ${extensions}`;
  });
  yield* lines.number(1, 'flags', flagsText);
  yield* lines.number(2, 'key bytes');
  yield* lines.number(4, countName);
  yield* lines.number(4, 'sequence');
  yield* lines.number(4, 'durable');
  if (extensions > 0 && (flags & FLAG_ERA) !== 0) {
    yield* lines.number(4, 'era');
    yield* lines.field(4, 'reserved');
  }
  const end = start + OPERATION_HEADER_BYTES + extensions * EXTENSION_BYTES;
  if (end > lines.at) yield* lines.field(end - lines.at, 'extensions');
}

function* annotateOperations(lines: ByteLines, count: number): Generator<string> {
  for (let index = 0; index < count && lines.remaining > 0; index++) {
    yield* lines.field(align8(lines.at) - lines.at, 'padding');
    const word = lines.peek(4) ?? 0;
    const valueBytes = lines.peek(4, 4) ?? 0;
    yield* annotateOperationHeader(lines, 'value bytes');
    yield* annotateContent(lines, kindOf(word), keyBytesOf(word), valueBytes);
  }
}

/** What stands behind the header of an operation. */
function* annotateContent(
  lines: ByteLines,
  kind: number,
  keyBytes: number,
  valueBytes: number,
): Generator<string> {
  if (keyBytes > 0) yield* lines.field(keyBytes, named('key', lines, keyBytes), SHOWN_BYTES_MAX);
  if (kind === KIND_CHECKPOINT) {
    yield* lines.number(8, 'checkpoint');
  } else if (kind === KIND_EPOCH_BARRIER || kind === KIND_ROTATION_TRAILER) {
    yield* lines.number(4, kind === KIND_EPOCH_BARRIER ? 'epoch' : 'next generation');
    yield* lines.field(4, 'reserved');
  } else if (valueBytes > 0) {
    yield* lines.field(valueBytes, named('value', lines, valueBytes), SHOWN_BYTES_MAX);
  }
}

function* annotateSection(lines: ByteLines): Generator<string> {
  const sectionBytes = lines.peek(4) ?? 0;
  const end = lines.at + Math.min(sectionBytes, lines.remaining);
  yield* lines.number(4, 'section bytes');
  const count = lines.peek(4) ?? 0;
  yield* lines.number(4, 'offsets');
  const hasWatermark = lines.peek(4) === 1;
  yield* lines.number(4, 'has watermark');
  yield* lines.field(4, 'reserved');
  yield* hasWatermark ? lines.signed('watermark') : lines.field(8, 'no watermark');
  for (let index = 0; index < count && lines.at < end; index++) {
    const nameBytes = lines.peek(4) ?? 0;
    yield* lines.number(4, 'name bytes');
    yield* lines.field(4, 'reserved');
    yield* lines.number(8, 'offset');
    yield* lines.field(nameBytes, named('name', lines, nameBytes), SHOWN_BYTES_MAX);
    yield* lines.field(align8(lines.at) - lines.at, 'padding');
  }
}

function flagsText(flags: number): string {
  const names = FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  return names.length === 0 ? String(flags) : `${flags} ${names.join(', ')}`;
}

function named(name: string, lines: ByteLines, bytes: number): string {
  return bytes > TEXT_BYTES_MAX ? name : `${name} ${lines.text(bytes)}`.trimEnd();
}
