// A sound store with all that is known of it, and what of it a damage left: told by comparing bytes, not
// by any code that reads logs.

import { isSameContent } from '../power/history.js';
import { DIRECTORY } from '../power/session.js';
import type { TestDisk } from '../support/test-disk.js';
import type { DamageStore } from './damage-stores.js';
import { pathOf, segmentsOn } from './damage-stores.js';
import { contentOf, type KnownRecord, knownRecords } from './known-records.js';

const HEADER_BYTES = 4096;
const SLOT_BYTES = 4096;
const DURABLE_OFFSET = 72;
const FIRST_SEQUENCE_OFFSET = 76;

export class KnownStore {
  readonly store: DamageStore;
  readonly records: KnownRecord[];
  readonly headers: Map<string, Buffer>;
  readonly superblock: Buffer;
  /** `version key value` of everything that was written and not given up, and of everything. */
  readonly written: Set<string>;
  readonly everWritten: Set<string>;

  constructor(store: DamageStore) {
    this.store = store;
    const { disk, files, history, givenUp } = store;
    this.records = knownRecords(disk, DIRECTORY, files);
    this.headers = new Map(segmentsOn(disk).map((file) => [file, headerOf(disk, file)]));
    this.superblock = Buffer.from(disk.readFileRaw(pathOf('superblock')));
    const linesOf = ({ writes }: typeof history) =>
      writes.flatMap(({ changes, version }) =>
        changes.map(([key, value]) => `${version} ${key} ${value}`),
      );
    this.written = new Set(linesOf(history));
    this.everWritten = new Set([...this.written, ...givenUp.flatMap(linesOf)]);
    const all = history.contentAt(history.writes.length, history.bases[0]!);
    if (isSameContent(contentOf(this.records), all)) return;
    throw new Error(`${store.name}: the records that were found are not what was written`);
  }

  /** Low half of the first sequence of the live records. */
  get firstSequence(): number {
    return this.superblock.readUInt32LE(FIRST_SEQUENCE_OFFSET);
  }

  /** Files that were sealed as a whole. */
  get sealedFiles(): Set<string> {
    return new Set(this.records.filter(({ isSealed }) => isSealed).map(({ file }) => file));
  }

  remains(disk: TestDisk): Remains {
    const found = new Map(
      segmentsOn(disk).map((file) => [file, Buffer.from(disk.readFileRaw(pathOf(file)))]),
    );
    const isThere = (record: KnownRecord) =>
      [...found].some(([file, bytes]) => this.#holds(file, bytes, record));
    const whole = this.records.filter(isThere);
    const kept = new Set(whole);
    const slots = this.#slotsOn(disk);
    const headers = [...found.values()].map((bytes) => bytes.subarray(0, HEADER_BYTES));
    const known = [...this.headers.values()];
    const soundHeaders = headers.filter((one) => known.some((other) => other.equals(one)));
    return {
      whole,
      lost: this.records.filter((record) => !kept.has(record)),
      hasSlot: slots.length > 0,
      hasStoreId: slots.length > 0 || soundHeaders.length > 0,
      hasAllHeaders: soundHeaders.length === this.headers.size,
      homes: new Map(
        [...this.headers].map(([name, header]) => {
          const isHome = ([file, bytes]: [string, Buffer]) =>
            file === name || bytes.subarray(0, HEADER_BYTES).equals(header);
          return [name, [...found].filter(isHome).map(([file]) => file)];
        }),
      ),
      hasSuperblock: disk.kind(pathOf('superblock')) !== 'none',
      durable: Math.max(
        0,
        ...slots.map((slot) => slot.readUInt32LE(DURABLE_OFFSET)),
        ...whole.filter(({ isSealed }) => !isSealed).map(({ record }) => record.durable),
      ),
    };
  }

  /** The record lies in the file, and name or header of the file say whose it is. */
  #holds(file: string, bytes: Buffer, record: KnownRecord): boolean {
    const header = this.headers.get(record.file)!;
    const isOwn = file === record.file || bytes.subarray(0, HEADER_BYTES).equals(header);
    const end = record.offset + record.bytes.length;
    return isOwn && bytes.subarray(record.offset, end).equals(record.bytes);
  }

  /** The slots that are as they were. */
  #slotsOn(disk: TestDisk): Buffer[] {
    if (disk.kind(pathOf('superblock')) === 'none') return [];
    const bytes = Buffer.from(disk.readFileRaw(pathOf('superblock')));
    return [0, SLOT_BYTES]
      .map((at) => [at, bytes.subarray(at, at + SLOT_BYTES)] as const)
      .filter(([at, slot]) => slot.equals(this.superblock.subarray(at, at + SLOT_BYTES)))
      .map(([, slot]) => slot);
  }
}

export interface Remains {
  whole: KnownRecord[];
  lost: KnownRecord[];
  hasSlot: boolean;
  /** A slot or a segment header says which store it is. */
  hasStoreId: boolean;
  hasAllHeaders: boolean;
  /** Files that are, by name or header, the segment of this name. */
  homes: Map<string, string[]>;
  hasSuperblock: boolean;
  /** Low half of the largest sequence that what is left states to have been durable. */
  durable: number;
}

function headerOf(disk: TestDisk, file: string): Buffer {
  return Buffer.from(disk.readFileRaw(pathOf(file)).slice(0, HEADER_BYTES));
}
