// Cutting a log: everything from a position on is given up, durably. The superblock says first
// where the log ends; only then is what lies behind overwritten and removed, so that a crash in
// between finds the log whole or cut, never something else.

import type { SuperblockWriter } from '../directory/superblock-writer.js';
import type { LogCursor } from '../recovery/log-cursor.js';
import { placeName } from '../recovery/log-cursor.js';
import type { LogReport } from '../recovery/recover-log.js';
import type { RepairSource } from './repair-log.js';
import { commitEnd, repairLog } from './repair-log.js';

/** The end that a log is to have. */
export interface Cut {
  /** Segments that stay. */
  segments: number;
  offset: number;
  position: number;
  sequence: number;
  era: number;
  epoch: number;
  records: number;
}

/** Looks for the record at a position while recovery reads. */
export class CutFinder {
  cut: Cut | undefined;
  readonly #position: number | undefined;
  #records = 0;
  #epoch: number | undefined;

  constructor(position: number | undefined) {
    this.#position = position;
  }

  visit(cursor: LogCursor): void {
    const { position, sequence, era, offset, places } = cursor;
    if (position === this.#position) {
      const epoch = this.#epoch ?? cursor.place.epoch;
      const segments = places.length;
      this.cut = { segments, offset, position, sequence, era, epoch, records: this.#records };
    }
    this.#records++;
    this.#epoch = cursor.epoch;
  }
}

/** Cuts a log that was recovered and repaired; returns what recovery would say of it now. */
export function cutLog(
  source: RepairSource,
  target: { superblock: SuperblockWriter; report: LogReport; cut: Cut; nextGeneration: number },
): LogReport {
  const { superblock, report, cut, nextGeneration } = target;
  const places = report.places.slice(0, cut.segments);
  const kept: LogReport = {
    ...report,
    places,
    end: cut.position,
    endOffset: cut.offset,
    nextSequence: cut.sequence,
    era: cut.era,
    epoch: cut.epoch,
    records: cut.records,
    durable: cut.sequence - 1,
    hasTail: true,
    leftovers: report.places.slice(cut.segments).map(placeName),
  };
  commitEnd(superblock, kept, nextGeneration);
  repairLog(source, kept);
  return kept;
}
