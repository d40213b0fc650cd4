// Where every record of a sound store lies, found by walking its files with the tests' own decoder, so
// that a test can tell which records a damage left whole without asking what salvages them.

import { parseSegmentName } from '../../src/format/file-name.js';
import { decodeRecord, type SampleRecord } from '../support/record-codec.js';
import type { TestDisk } from '../support/test-disk.js';

const HEADER_BYTES = 4096;
const STORE_ID_OFFSET = 16;
const ERA_OFFSET = 44;

export interface KnownRecord {
  readonly file: string;
  readonly offset: number;
  /** Length and checksum, then the data; padding does not count. */
  readonly bytes: Buffer;
  readonly record: SampleRecord;
  /** Full sequence; 0 for the trailer of a sealed segment. */
  readonly version: number;
  /** It is a copy that states its era. */
  readonly isSealed: boolean;
}

/** The records of these segment files, in the order of the files. */
export function knownRecords(disk: TestDisk, directory: string, files: string[]): KnownRecord[] {
  return files.flatMap((file) => recordsIn(disk.readFileRaw(`${directory}/${file}`), file));
}

function recordsIn(bytes: Uint8Array, file: string): KnownRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { lane, generation } = parseSegmentName(file)!;
  const storeId = bytes.slice(STORE_ID_OFFSET, STORE_ID_OFFSET + 16);
  const era = view.getUint32(ERA_OFFSET, true);
  const known: KnownRecord[] = [];
  let at = HEADER_BYTES;
  while (at + 24 <= bytes.length) {
    const length = view.getUint32(at, true);
    const end = at + 8 + length;
    if (length === 0 || end > bytes.length) break;
    const record = decodeRecord(bytes.slice(at), { storeId, lane, generation });
    if (record === undefined) break;
    const isSealed = record.era !== undefined;
    const version = record.sequence === 0 ? 0 : (record.era ?? era) * 2 ** 32 + record.sequence;
    const whole = Buffer.from(bytes.slice(at, end));
    known.push({ file, offset: at, bytes: whole, record, version, isSealed });
    if (record.kind === 'rotation trailer') break;
    at += Math.ceil((8 + length) / 8) * 8;
  }
  return known;
}

/** Keys with value and version, and the newest commit's offset of the source `source`. */
export interface KnownContent {
  entries: Map<string, { value: string; version: number }>;
  commit: number | undefined;
}

/** What records make, however they are ordered: the newest of each key, deletes included. */
export function contentOf(records: readonly KnownRecord[]): KnownContent {
  const content: KnownContent = { entries: new Map(), commit: undefined };
  for (const { record, version } of [...records].sort((a, b) => a.version - b.version)) {
    const { kind, key, value } = record;
    const single = kind === 'put' || kind === 'delete' ? [{ key: key ?? '', value }] : [];
    for (const change of [...single, ...(record.operations ?? [])]) {
      const name = textOf(change.key);
      if (change.value === undefined) content.entries.delete(name);
      else content.entries.set(name, { value: textOf(change.value), version });
    }
    if (record.commit !== undefined) content.commit = record.commit.offsets['source'];
  }
  return content;
}

function textOf(hex: string): string {
  return Buffer.from(hex, 'hex').toString('utf8');
}
