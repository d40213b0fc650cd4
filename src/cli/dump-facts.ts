// What dump has to say, as plain data: one fact a line, printed for people by dump-text.ts and for
// programs as JSON. Sequences are full ones (era * 2^32 + low) unless they are called low.

import type { SuperblockLane } from '../format/superblock.js';
import type { TreeRoots } from '../format/superblock-tree.js';
import type { StopReason } from '../wal/wal-reader.js';
import type { Structure } from './annotate.js';

/** Bytes that --hex shows, at `offset` of their file. */
export interface RawBytes {
  structure: Structure;
  offset: number;
  bytes: Uint8Array;
}

/** A key as a JSON form, or its bytes where they are no key of the encoding. */
export type ShownKey = { key: unknown } | { keyHex: string };

export interface LockFact {
  fact: 'lock';
  state: 'none' | 'empty' | 'torn' | 'held' | 'released' | 'unreadable';
  pid?: number;
  since?: string;
  isAlive?: boolean;
  problem?: string;
}

export interface SlotFact {
  fact: 'slot';
  slot: number;
  /** The newest of the valid ones: what it says holds. */
  holds: boolean;
  problem?: string;
  /** Sound, but of a format version that this release does not read. */
  isForeignVersion: boolean;
  block?: SlotContent;
  raw?: RawBytes;
}

export interface SlotContent {
  storeId: string;
  counter: number;
  state: 'open' | 'clean';
  era: number;
  durable: number;
  firstSequence: number;
  nextGeneration: number;
  epoch: number;
  lanes: SuperblockLane[];
  /** Of a log: position at which its first segment begins. */
  log?: { basePosition: number };
  /** Where the trees are. */
  tree?: TreeRoots;
}

export interface SegmentFact {
  fact: 'segment';
  file: string;
  fileBytes: number;
  lane: number;
  generation: number;
  /** Of records that state none. */
  era?: number;
  /** What the header says; absent where it is damaged. */
  state?: 'open' | 'sealed';
  /** Damage. */
  problems: string[];
  notes: string[];
  /** False where records cannot be told from garbage: none is listed. */
  isReadable: boolean;
  raw?: RawBytes;
}

export interface RecordFact {
  fact: 'record';
  offset: number;
  lane: number;
  /** 0, as `low`, for the trailer of a sealed segment, which takes none. */
  sequence: number;
  low: number;
  era: number;
  /** Low half of the durable sequence the record carries. */
  durable: number;
  type: string;
  recordBytes: number;
  /** put and delete */
  entry?: EntryFacts;
  /** batch and commit: how many follow */
  operations?: number;
  /** commit */
  commit?: { offsets: Record<string, number>; watermark?: number };
  /** epoch barrier: epoch; checkpoint: id; rotation trailer: next generation */
  number?: number;
  /** entry of a log */
  valueBytes?: number;
  raw?: RawBytes;
}

export type EntryFacts = ShownKey & { keyBytes: number; valueBytes: number };

export interface OperationFact {
  fact: 'operation';
  offset: number;
  sequence: number;
  type: string;
  entry: EntryFacts;
}

export interface StopFact {
  fact: 'stop';
  file: string;
  offset: number;
  /** `unread`: the records could not be looked for. */
  reason: StopReason | 'unread';
  records: number;
  /** True where the log may end like this, as far as the segment alone can tell. */
  isRegular: boolean;
  /** The superblock of a closed store says that the log ends here. */
  isCleanEnd: boolean;
  nextGeneration?: number;
  /** Valid records beyond the place, and where the first of them is. */
  beyond: { records: number; offset: number; sequence: number; durable: number };
  /** Offset after the last byte that is not zero. */
  bytesEnd: number;
}

export interface FileFact {
  fact: 'file';
  file: string;
  note: string;
  isDamage: boolean;
}

export type Fact =
  | LockFact
  | SlotFact
  | SegmentFact
  | RecordFact
  | OperationFact
  | StopFact
  | FileFact;
