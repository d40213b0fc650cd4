// A store directory as the trace tells it, step by step: its files under their present names, and
// what the traced process says it wrote (its marks). Only keeps account; the rules judge.

import { basename, dirname } from 'node:path';

import { parseSegmentName, SUPERBLOCK_NAME, segmentName } from '../../src/format/file-name.js';
import type { Superblock } from '../../src/format/superblock.js';
import { STORE_CLEAN } from '../../src/format/superblock.js';
import { parseMark, type Span } from './marks.js';
import type { Step, TracePlaces } from './steps.js';
import { TracedFile } from './traced-file.js';

/** What was in the directory before the trace began. */
export interface StoreBefore {
  /** Names of the files; none for a store that is made in the trace. */
  readonly names: readonly string[];
  /** Those of them that are segments with records. */
  readonly withRecords: readonly string[];
  /** The superblock's bytes as latin1 text. */
  readonly superblock: string;
  /** False if whoever made the store may have died before its names were durable. */
  readonly areNamesSynced: boolean;
  /** True if an open that follows no close makes the old segments sound instead of copying them. */
  readonly isRepairedInPlace: boolean;
}

/** One write through the store: between its two marks its bytes came to be. */
export interface TracedPut {
  readonly number: number;
  readonly begunAt: number;
  readonly spans: readonly {
    readonly file: TracedFile;
    readonly from: number;
    readonly end: number;
  }[];
}

export const NOTHING_BEFORE: StoreBefore = {
  names: [],
  withRecords: [],
  superblock: '',
  areNamesSynced: true,
  isRepairedInPlace: false,
};

export class TracedStore {
  readonly files = new Map<string, TracedFile>();
  /** Writes that the process reported and that no rule has found durable yet, in order. */
  readonly puts: TracedPut[] = [];
  readonly #places: TracePlaces;
  readonly #begunAt = new Map<number, number>();
  /** When the directory itself was made, if that is not durable yet. */
  #madeAt: number | undefined;
  acknowledgements = 0;
  syncs = 0;
  /** The first write or sync that failed. */
  failed: Step | undefined;

  constructor(places: TracePlaces, before: StoreBefore) {
    this.#places = places;
    if (!before.areNamesSynced) this.#madeAt = 0;
    for (const name of before.names) {
      const path = `${places.store}/${name}`;
      const hasRecords = before.withRecords.includes(name);
      const facts = { namedAt: 0, isNameSynced: before.areNamesSynced, hasRecords };
      this.files.set(path, new TracedFile(path, facts));
    }
    this.superblock?.write(
      { from: 0, end: before.superblock.length, enteredAt: 0, leftAt: 0 },
      before.superblock,
    );
    const isClean = [0, 1].every((slot) =>
      this.superblock?.possibleBlocks(slot).every((block) => block.state === STORE_CLEAN),
    );
    // What a clean close left was synced before the superblock could say so.
    for (const file of this.files.values()) file.isComplete = isClean || before.isRepairedInPlace;
    if (before.isRepairedInPlace && !isClean) this.#distrustLast();
    for (const { lane, endGeneration, endOffset } of this.superblock?.newestBlock?.lanes ?? []) {
      const last = this.fileNamed(segmentName(lane, endGeneration));
      last?.writes.push({ from: 0, end: endOffset, enteredAt: 0, leftAt: 0, syncedAt: 0 });
    }
  }

  get superblock(): TracedFile | undefined {
    return this.files.get(`${this.#places.store}/${SUPERBLOCK_NAME}`);
  }

  /** The file under a name in the store. */
  fileNamed(name: string): TracedFile | undefined {
    return this.files.get(`${this.#places.store}/${name}`);
  }

  get isDirectoryDurable(): boolean {
    return this.#madeAt === undefined;
  }

  /** Every block that the superblock may hold after a cut now. */
  possibleBlocks(): Superblock[] {
    const { superblock } = this;
    return superblock === undefined
      ? []
      : [...superblock.possibleBlocks(0), ...superblock.possibleBlocks(1)];
  }

  /** Segments of the chains to which a block leads, as far as they have files. */
  chainOf(block: Superblock): TracedFile[] {
    return [...this.files.values()].filter((file) => {
      const segment = parseSegmentName(basename(file.path));
      const lane = block.lanes.find((one) => one.lane === segment?.lane);
      if (segment === undefined || lane === undefined) return false;
      if (segment.generation < lane.firstGeneration) return false;
      return segment.generation <= lane.liveGeneration || file.hasRecords;
    });
  }

  /** When a write began; 0 for one that the trace does not know. */
  begunAt(number: number): number {
    return this.#begunAt.get(number) ?? 0;
  }

  /** True for steps that concern the lock alone, which outlives no boot and is never synced. */
  isLock(step: Step): boolean {
    return [step.path, step.to].some((path) => /^LOCK(?:\.|$)/.test(basename(path)));
  }

  /** Takes account of a step that has ended. */
  apply(step: Step): void {
    const { call } = step;
    if (step.kind === 'mark') this.#take(step);
    if (call.errno !== undefined) this.#fail(step);
    if (call.errno !== undefined || call.result === '?') return;
    const file = this.files.get(step.path);
    switch (step.kind) {
      case 'makeDirectory':
        this.#madeAt = call.leftAt;
        break;
      case 'create':
        this.files.set(step.path, newFile(step.path, call.leftAt));
        break;
      case 'link':
        this.files.set(step.to, newFile(step.to, call.leftAt));
        break;
      case 'remove':
        this.files.delete(step.path);
        break;
      case 'rename':
        if (file !== undefined) this.#rename(file, step.to, call.leftAt);
        break;
      case 'map':
        if (file !== undefined) file.isMapped = true;
        break;
      case 'write':
        file?.write({ from: step.from, end: step.end, ...moments(step) }, step.content);
        break;
      case 'reserve':
        file?.write({ from: 0, end: 0, ...moments(step) }, '');
        break;
      case 'sync':
        this.syncs++;
        if (file !== undefined) file.sync(moments(step));
        else this.#syncDirectory(step);
        break;
      case 'mark':
      case 'truncate':
        break;
    }
  }

  /** A full disk is a state to leave; what else fails is the end. */
  #fail(step: Step): void {
    const isFull = step.kind === 'write' && step.call.errno === 'ENOSPC';
    const isFatal = (step.kind === 'sync' || step.kind === 'write') && !isFull;
    if (isFatal && !this.isLock(step)) this.failed ??= step;
  }

  /** What is in the last segment may never have reached the disk. */
  #distrustLast(): void {
    const segments = [...this.files.values()].filter(({ hasRecords }) => hasRecords);
    const last = segments.sort((a, b) => a.path.localeCompare(b.path)).at(-1);
    if (last === undefined) return;
    last.isComplete = false;
    last.completesBySync = true;
  }

  #rename(file: TracedFile, to: string, at: number): void {
    this.files.delete(file.path);
    file.isComplete = file.unsynced.length === 0;
    file.hasRecords = false;
    file.rename(to, at);
    this.files.set(to, file);
  }

  #syncDirectory(step: Step): void {
    const { enteredAt } = step.call;
    if (step.path === dirname(this.#places.store)) {
      if (this.#madeAt !== undefined && this.#madeAt < enteredAt) this.#madeAt = undefined;
      return;
    }
    for (const file of this.files.values()) {
      if (file.namedAt < enteredAt) file.isNameSynced = true;
    }
  }

  #take(step: Step): void {
    const mark = parseMark(step.content);
    if (mark.kind === 'begin') this.#begunAt.set(mark.number, step.call.leftAt);
    if (mark.kind === 'acknowledged') this.acknowledgements++;
    if (mark.kind !== 'end') return;
    const begunAt = this.#begunAt.get(mark.number);
    if (begunAt === undefined)
      throw new Error(`line ${step.call.line}: an end without a beginning`);
    const spans = mark.spans.map((span) => ({ ...span, file: this.#fileOf(span, step) }));
    for (const { file } of spans) file.hasRecords = true;
    this.puts.push({ number: mark.number, begunAt, spans });
  }

  #fileOf(span: Span, step: Step): TracedFile {
    const file = this.fileNamed(span.name);
    if (file !== undefined) return file;
    throw new Error(`line ${step.call.line}: records in ${span.name}, which is not there`);
  }
}

function newFile(path: string, namedAt: number): TracedFile {
  return new TracedFile(path, { namedAt, isNameSynced: false, hasRecords: false });
}

function moments(step: Step): { enteredAt: number; leftAt: number } {
  const { enteredAt, leftAt } = step.call;
  return { enteredAt, leftAt };
}
