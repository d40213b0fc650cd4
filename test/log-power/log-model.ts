// What was appended to a log, and what of it must be there after a power cut. Written beside the log
// and from its own returns: sequence, position, content.

import type { Log, LogEntry } from '../../src/wal-api.js';

export interface ModelEntry {
  sequence: number;
  position: number;
  end: number;
  epoch: number;
  /** The entry's content as text. */
  text: string;
}

/** What must and what may be there at a moment. */
export interface LogExpectation {
  /** Everything appended, whatever became of it. */
  entries: ModelEntry[];
  /** So many of them are acknowledged, at least. */
  acknowledged: number;
  /** While a cut of the log is under way: so many are left when it is done. */
  cutTo: number | undefined;
  /** Positions at which the log may begin. */
  firsts: number[];
}

export class LogModel {
  entries: ModelEntry[] = [];
  acknowledged = 0;
  cutTo: number | undefined;
  firsts: number[] = [0];

  /** Everything up to this sequence is durable. */
  acknowledgeUpTo(sequence: number): void {
    const count = this.entries.findLastIndex((entry) => entry.sequence <= sequence) + 1;
    this.acknowledged = Math.max(this.acknowledged, count);
  }

  expectation(): LogExpectation {
    const { acknowledged, cutTo } = this;
    return { entries: [...this.entries], acknowledged, cutTo, firsts: [...this.firsts] };
  }
}

/** The content of an entry as text, for comparison. */
export function textOf(entry: LogEntry): string {
  const { sequence: _sequence, position: _position, end: _end, epoch: _epoch, ...content } = entry;
  return JSON.stringify(content, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

/** What is wrong with what an open log holds, or how many entries of the model it holds. */
export function compareLog(log: Log, expected: LogExpectation): number | string {
  const { entries, acknowledged, cutTo, firsts } = expected;
  if (!firsts.includes(log.firstPosition)) {
    return `begins at ${log.firstPosition}, not at ${firsts.join(' or ')}`;
  }
  const found = [...log.entries()];
  const skipped = entries.filter((entry) => entry.position < log.firstPosition).length;
  for (const [index, entry] of found.entries()) {
    const wanted = entries[skipped + index];
    if (wanted === undefined) return `entry ${entry.sequence} was never appended`;
    const { sequence, position, end, epoch } = entry;
    const text = textOf(entry);
    const isSame =
      sequence === wanted.sequence &&
      position === wanted.position &&
      end === wanted.end &&
      epoch === wanted.epoch &&
      text === wanted.text;
    if (isSame) continue;
    return `found ${JSON.stringify({ sequence, position, end, epoch, text })}, not ${JSON.stringify(wanted)}`;
  }
  const count = skipped + found.length;
  if (count < Math.min(acknowledged, cutTo ?? acknowledged)) {
    return `${count} entries of ${acknowledged} acknowledged`;
  }
  if (cutTo !== undefined && count < acknowledged && count !== cutTo) {
    return `${count} entries, neither ${cutTo} nor ${acknowledged}`;
  }
  const last = found.at(-1);
  if (last !== undefined && log.nextSequence <= last.sequence) return 'the next sequence is used';
  return count;
}
