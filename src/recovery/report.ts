// What recovery found, as plain data: what the open acts on, what the command line prints and what
// the fixtures compare. Sequences are low halves unless named otherwise.

import type { LaneErrorCode } from '../errors.js';
import type { HeaderProblem } from '../format/file-header.js';
import type { Superblock } from '../format/superblock.js';
import type { StopReason } from '../wal/wal-reader.js';

export interface SlotReport {
  slot: number;
  problem?: HeaderProblem;
  block?: Superblock;
}

export interface SegmentReport {
  file: string;
  lane: number;
  generation: number;
  /**
   * In the lane's chain: `sealed` or `live`. Else `standby` (no record) or `leftover` (of an
   * earlier life).
   */
  role: 'sealed' | 'live' | 'standby' | 'leftover';
  segmentBytes: number;
  records: number;
  firstSequence: number;
  lastSequence: number;
  /** Offset after the last valid record, and why reading stopped there. */
  end: number;
  stop?: StopReason;
  /** Valid records found beyond the stop. */
  evidenceRecords: number;
}

export interface RecoveryProblem {
  code: LaneErrorCode;
  message: string;
  file: string;
  offset?: number;
}

export interface RecoveryReport {
  storeId: string;
  /**
   * `clean`: closed properly; `unclean`: a prefix was found; `corrupt`: acknowledged data is
   * missing.
   */
  outcome: 'clean' | 'unclean' | 'corrupt';
  era: number;
  firstSequence: number;
  /** Last sequence of the surviving prefix. */
  lastSequence: number;
  /** Largest durable sequence that anything proves. */
  durableEvidence: number;
  /** Records of the prefix, sealed ones included. */
  records: number;
  /** Valid records after the end of the prefix, given up because one before them is missing. */
  droppedRecords: number;
  slots: SlotReport[];
  segments: SegmentReport[];
  /** Files that an open removes: of preparations and earlier lives. */
  leftovers: string[];
  problem?: RecoveryProblem;
  /** Of a log: positions and full sequences that it spans, and the epoch at its end. */
  log?: LogFacts;
}

export interface LogFacts {
  position: number;
  end: number;
  /** Full; 0 if there is no record. */
  firstSequence: number;
  lastSequence: number;
  epoch: number;
}
