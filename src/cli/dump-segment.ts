// One segment file as facts: its header, every record up to the place where reading stops, why it
// stops there and what still lies beyond. Reads on where recovery would refuse: by the file's name
// if the header is damaged, by the header if the file belongs elsewhere. Never throws for what it
// finds.

import { crc32, segmentSeed } from '../codec/crc32.js';
import { isLaneError } from '../errors.js';
import { isSameStore, storeIdText, versionOf } from '../format/file-header.js';
import { parseSegmentName } from '../format/file-name.js';
import type { SegmentHeader } from '../format/segment-header.js';
import {
  decodeSegmentHeader,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  SEGMENT_SEALED,
} from '../format/segment-header.js';
import type { Superblock } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { KeyEncoding } from '../keys/key.js';
import type { SegmentBuffer } from '../recovery/load-segment.js';
import type { SegmentBytes } from '../wal/wal-reader.js';
import { searchEvidence, WalReader } from '../wal/wal-reader.js';
import type { Fact, FileFact, SegmentFact, StopFact } from './dump-facts.js';
import { RecordFacts } from './dump-record.js';
import { problemText } from './dump-superblock.js';

export interface SegmentSource {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  block: Superblock | undefined;
  isClean: boolean;
  buffer: SegmentBuffer;
}

export interface RecordChoice {
  keyEncoding: KeyEncoding;
  /** Only records from this full sequence on. */
  from: number;
  hasRaw: boolean;
}

const SLACK_BYTES = 64;

/** The facts of the segment called `name`, which is a segment's name. */
export function* segmentFacts(
  source: SegmentSource,
  name: string,
  choice: RecordChoice,
): Generator<Fact> {
  const read = readSegment(source, name);
  if (typeof read === 'string') {
    const fact: FileFact = { fact: 'file', file: name, note: read, isDamage: true };
    yield fact;
    return;
  }
  const found = judge(source, name, read);
  const { fact } = found;
  if (choice.hasRaw && read.length > 0) {
    const header = source.buffer.bytes.subarray(0, Math.min(read.length, SEGMENT_HEADER_BYTES));
    fact.raw = { structure: 'segment-header', offset: 0, bytes: header };
  }
  yield fact;
  if (found.seed === undefined) {
    yield unread(found.fact);
    return;
  }
  const { words, bytes } = source.buffer;
  const contents: SegmentBytes = { words, bytes, start: 0, length: read.length, seed: found.seed };
  const reader = new WalReader(contents);
  const records = yield* recordFacts(contents, { found, choice, reader });
  yield stopFact(source, contents, { found, reader, records });
}

interface Found {
  fact: SegmentFact;
  header: SegmentHeader | undefined;
  /** Undefined where the records cannot be told from garbage. */
  seed: number | undefined;
}

/** Reads the file into the buffer; says what went wrong. */
function readSegment(
  source: SegmentSource,
  name: string,
): { length: number; size: number } | string {
  const { fileSystem, directory, buffer } = source;
  try {
    const file = fileSystem.openRead(fileSystem.join(directory, name));
    try {
      const size = file.size();
      const wanted = Math.min(size, SEGMENT_BYTES_MAX);
      buffer.ensure(wanted);
      const length = file.read(buffer.bytes, 0, wanted, 0);
      buffer.bytes.fill(0, length, length + SLACK_BYTES);
      return { length, size };
    } finally {
      file.close();
    }
  } catch (error) {
    if (!isLaneError(error)) throw error;
    return error.message;
  }
}

function judge(source: SegmentSource, name: string, read: { length: number; size: number }): Found {
  const { block, buffer } = source;
  const named = parseSegmentName(name)!;
  const headerBytes = buffer.bytes.subarray(0, Math.min(read.length, SEGMENT_HEADER_BYTES));
  const header = decodeSegmentHeader(headerBytes, crc32);
  const fact: SegmentFact = {
    fact: 'segment',
    file: name,
    fileBytes: read.size,
    lane: named.lane,
    generation: named.generation,
    problems: [],
    notes: [],
    isReadable: true,
  };
  noteChain(source, fact);
  if (typeof header === 'string') {
    const text = problemText(header, versionOf(headerBytes, 0));
    if (header === 'version') fact.notes.push(text);
    else fact.problems.push(`header: ${text}`);
    if (header === 'version' || block === undefined || read.length < SEGMENT_HEADER_BYTES) {
      fact.isReadable = false;
      return { fact, header: undefined, seed: undefined };
    }
    fact.era = block.era;
    fact.notes.push('read by its name');
    const seed = segmentSeed(block.storeId, named.lane, named.generation);
    return { fact, header: undefined, seed };
  }
  fact.era = header.era;
  fact.state = header.state === SEGMENT_SEALED ? 'sealed' : 'open';
  judgeIdentity(fact, header, block);
  if (read.size !== header.segmentBytes) {
    fact.problems.push(`${read.size} bytes long instead of ${header.segmentBytes}`);
  }
  const seed = segmentSeed(header.storeId, header.lane, header.generation);
  return { fact, header, seed };
}

function judgeIdentity(
  fact: SegmentFact,
  header: SegmentHeader,
  block: Superblock | undefined,
): void {
  if (block !== undefined && !isSameStore(block.storeId, header.storeId)) {
    fact.problems.push(`belongs to the store ${storeIdText(header.storeId)}`);
  }
  if (header.lane !== fact.lane || header.generation !== fact.generation) {
    fact.problems.push(`is lane ${header.lane}, generation ${header.generation} by its header`);
  }
  fact.lane = header.lane;
  fact.generation = header.generation;
}

/** Where the superblock places the segment in the chain of its lane. */
function noteChain(source: SegmentSource, fact: SegmentFact): void {
  const lane = source.block?.lanes.find((one) => one.lane === fact.lane);
  if (source.block === undefined) return;
  if (lane === undefined) fact.notes.push('the superblock has no such lane');
  else if (fact.generation < lane.firstGeneration) fact.notes.push('left over: before its chain');
  else if (source.isClean && fact.generation > lane.endGeneration) {
    fact.notes.push('standby: after the end of its chain');
  }
}

/** Returns how many records there are, also those before the one to begin with. */
function* recordFacts(
  contents: SegmentBytes,
  state: { found: Found; choice: RecordChoice; reader: WalReader },
): Generator<Fact, number> {
  const { choice, reader } = state;
  const { lane, era } = state.found.fact;
  const facts = new RecordFacts(contents, lane, era ?? 0, choice.keyEncoding);
  let records = 0;
  while (reader.advance()) {
    records++;
    if (facts.sequenceOf(reader) < choice.from) continue;
    yield facts.record(reader, choice.hasRaw);
    yield* facts.operations(reader);
  }
  return records;
}

function stopFact(
  source: SegmentSource,
  contents: SegmentBytes,
  state: { found: Found; reader: WalReader; records: number },
): StopFact {
  const { found, reader, records } = state;
  const { offset } = reader;
  const reason = reader.stop ?? 'end';
  const evidence = searchEvidence(contents, Math.min(offset + 8, contents.length));
  const lane = source.block?.lanes.find((one) => one.lane === found.fact.lane);
  const isCleanSegment = source.isClean && lane?.endGeneration === found.fact.generation;
  const isCleanEnd = isCleanSegment && lane.endOffset === offset;
  const isShort = isCleanSegment && lane.endOffset > offset;
  const isSealed = found.header?.state === SEGMENT_SEALED;
  const isBroken = evidence.records > 0 || isShort || (isSealed && reason !== 'trailer');
  return {
    fact: 'stop',
    file: found.fact.file,
    offset,
    reason,
    records,
    isRegular: !isBroken || isCleanEnd,
    isCleanEnd,
    ...(reader.nextGeneration === 0 ? {} : { nextGeneration: reader.nextGeneration }),
    beyond: evidence,
    bytesEnd: lastByte(contents, offset),
  };
}

function unread(segment: SegmentFact): StopFact {
  const { file, problems } = segment;
  const beyond = { records: 0, offset: -1, sequence: 0, durable: 0 };
  const place = { file, offset: 0, reason: 'unread', records: 0, bytesEnd: 0 } as const;
  return { fact: 'stop', ...place, isRegular: problems.length === 0, isCleanEnd: false, beyond };
}

/** Offset after the last byte that is not zero, or `from` if there is none after it. */
function lastByte(contents: SegmentBytes, from: number): number {
  let end = contents.length;
  while (end > from && contents.bytes[end - 1] === 0) end--;
  return end;
}
