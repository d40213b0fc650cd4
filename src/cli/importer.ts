// Writes lines of entries into a store in bounded batches, each of them one atomic write.
// Everything before a bad line is imported, nothing of it and nothing behind it. With a name the
// lines done are committed in the same write as their entries, so that a killed import goes on
// where it was.

import { LaneError } from '../errors.js';
import type { CommitFacts } from '../index.js';
import { type LineEntry, parseEntry } from './entry-line.js';
import { InputError, UsageError } from './exit-codes.js';
import type { AnyStore } from './with-store.js';

const BATCH_ENTRIES_MAX = 1000;
const BATCH_BYTES_MAX = 1048576;
const NAME_UNITS_MAX = 200;
/** Of all offsets in a commit. */
const OFFSETS_MAX = 1024;
const HASH_BASIS = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const NEWLINE = 10;
/** Errors of a write that wrote nothing, for a reason that may lie in one of its entries. */
const REFUSALS = ['RECORD_TOO_LARGE', 'STORE_FULL', 'VALUE_INVALID'];

interface PendingEntry extends LineEntry {
  line: number;
  /** Hash of all lines up to this one. */
  hash: number;
}

interface Batch {
  entries: PendingEntry[];
  written: Promise<void>;
}

export class Importer {
  /** Entries that are in the store, durably. */
  entries = 0;
  /** Lines at the beginning of the input that an earlier run had imported. */
  readonly linesBefore: number;
  readonly #store: AnyStore;
  readonly #name: string | undefined;
  readonly #kept: CommitFacts;
  readonly #hashBefore: number;
  #pending: PendingEntry[] = [];
  #pendingBytes = 0;
  #inFlight: Batch | undefined;
  #line = 0;
  #hash = HASH_BASIS;
  /** Lines up to this one are in the store, durably. */
  #lineDone = 0;

  /** `name` is that of the source whose progress is kept; undefined to keep none. */
  constructor(store: AnyStore, name?: string) {
    this.#store = store;
    this.#name = name;
    const { offsets, ...others } = store.lastCommit() ?? { offsets: {} };
    const own: string[] = name === undefined ? [] : ownNames(name);
    const kept = Object.entries(offsets).filter(([each]) => !own.includes(each));
    if (kept.length + own.length > OFFSETS_MAX) {
      throw new UsageError(`the store keeps ${kept.length} offsets already: no room for --resume`);
    }
    this.#kept = { ...others, offsets: Object.fromEntries(kept) };
    const [lines, hash] = own.map((each) => (Object.hasOwn(offsets, each) ? offsets[each] : 0));
    this.linesBefore = lines ?? 0;
    this.#hashBefore = hash ?? 0;
  }

  /** Takes the next line; true if it is time to flush. Throws BadLineError for a bad one. */
  take(line: Uint8Array): boolean {
    this.#line++;
    if (this.#name !== undefined) this.#hash = hashOf(line, this.#hash);
    if (this.#line <= this.linesBefore) {
      if (this.#line === this.linesBefore) this.#checkSource();
      return false;
    }
    const entry = parseEntry(line, this.#line);
    if (entry === undefined) return false;
    this.#pending.push({ ...entry, line: this.#line, hash: this.#hash });
    this.#pendingBytes += line.length;
    return this.#pending.length >= BATCH_ENTRIES_MAX || this.#pendingBytes >= BATCH_BYTES_MAX;
  }

  /** Writes what was taken; returns when the batch before it is durable. */
  async flush(): Promise<void> {
    const entries = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#settle();
    if (entries.length === 0) return;
    const written = this.#write(entries);
    written.catch(() => undefined);
    this.#inFlight = { entries, written };
  }

  /** Writes what was taken; returns when all of it is durable. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#settle();
  }

  /** The end of the input. Throws InputError if it ends before what was imported from it. */
  async end(): Promise<void> {
    await this.finish();
    if (this.#line >= this.linesBefore) return;
    throw new InputError(
      `the input has ${this.#line} lines, but ${this.linesBefore} were imported as '${this.#name}'`,
    );
  }

  async #settle(): Promise<void> {
    const batch = this.#inFlight;
    this.#inFlight = undefined;
    if (batch === undefined) return;
    try {
      await batch.written;
      this.#done(batch.entries);
    } catch (error) {
      if (!isRefusal(error)) throw this.#ended(error);
      await this.#oneByOne(batch.entries);
    }
  }

  /** Which entry is it that the store refuses? Those before it are written. */
  async #oneByOne(entries: PendingEntry[]): Promise<void> {
    for (const entry of entries) {
      try {
        await this.#write([entry]);
        this.#done([entry]);
      } catch (error) {
        throw isRefusal(error) ? lineError(error, entry.line) : this.#ended(error);
      }
    }
  }

  #done(entries: PendingEntry[]): void {
    this.entries += entries.length;
    this.#lineDone = entries.at(-1)?.line ?? this.#lineDone;
  }

  #write(entries: PendingEntry[]): Promise<void> {
    const operations = entries.map(({ key, value }) => ({ type: 'put' as const, key, value }));
    if (this.#name === undefined) return this.#store.batch(operations);
    const { line, hash } = entries.at(-1)!;
    const [lineName, hashName] = ownNames(this.#name);
    const offsets = { ...this.#kept.offsets, [lineName]: line, [hashName]: hash };
    return this.#store.commit({ ...this.#kept, offsets }, operations);
  }

  #checkSource(): void {
    if (this.#hash === this.#hashBefore) return;
    throw new InputError(
      `the first ${this.linesBefore} lines are not those that were imported as '${this.#name}'`,
    );
  }

  /** A failure of the store itself, with what was done before it. */
  #ended(error: unknown): unknown {
    if (!(error instanceof LaneError)) return error;
    const message = `${error.message}; ${this.#lineDone} lines are imported`;
    return new LaneError(error.code, message, { cause: error });
  }
}

/** Checks the name of a source, as a word of the command line. */
export function checkSourceName(name: string): string {
  if (name !== '' && name.length <= NAME_UNITS_MAX) return name;
  throw new UsageError(`--resume takes a name of 1 to ${NAME_UNITS_MAX} characters`);
}

/** Offsets under which progress is kept: the lines done, and the hash of those lines. */
function ownNames(name: string): [line: string, hash: string] {
  return [name, `${name}#hash`];
}

/** FNV-1a of 32 bits, continued over a line and its line feed. */
function hashOf(line: Uint8Array, before: number): number {
  let hash = before;
  for (const byte of line) hash = Math.imul(hash ^ byte, HASH_PRIME);
  return Math.imul(hash ^ NEWLINE, HASH_PRIME) >>> 0;
}

function isRefusal(error: unknown): error is Error {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return error instanceof LaneError && REFUSALS.includes(error.code);
}

function lineError(error: Error, line: number): Error {
  const message = `line ${line}: ${error.message}; the lines before it are imported`;
  if (error instanceof LaneError) return new LaneError(error.code, message, { cause: error });
  return new InputError(message);
}
