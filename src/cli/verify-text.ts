// The report of verify for people.

import type { RecoveryReport, SegmentReport } from '../recovery/report.js';

const OUTCOMES = {
  clean: 'closed properly, nothing missing',
  unclean: 'not closed properly; everything known to be durable is there',
  corrupt: 'DAMAGED: acknowledged data is missing or unreadable',
} as const;

/** The lines of a report; `isMoving` stands for damage that is none. */
export function* reportLines(verdict: {
  report: RecoveryReport;
  isInUse: boolean;
  isMoving: boolean;
}): Generator<string> {
  const { report, isInUse, isMoving } = verdict;
  yield `${report.log === undefined ? 'store' : 'log'} ${report.storeId}`;
  if (isInUse) yield 'in use: what follows held at the moment of reading';
  if (isMoving) {
    yield 'outcome: unknown, the store was being written; verify it again when it is closed';
  } else if (report.problem !== undefined && report.problem.code !== 'CORRUPT') {
    yield 'outcome: unknown, the store cannot be read';
  } else {
    yield `outcome: ${report.outcome}, ${OUTCOMES[report.outcome]}`;
  }
  if (report.problem !== undefined) {
    const { code, message, file, offset } = report.problem;
    yield `problem: ${code} ${message} (${file}${offset === undefined ? '' : `:${offset}`})`;
  }
  yield* spanLines(report);
  yield `records: ${report.records} found, ${report.droppedRecords} given up after the end`;
  for (const { slot, problem } of report.slots) {
    if (problem !== undefined) yield `superblock slot ${slot} is not valid (${problem})`;
  }
  for (const segment of report.segments) yield segmentLine(segment);
  for (const name of report.leftovers) yield `${name}: left over, an open removes it`;
}

function* spanLines(report: RecoveryReport): Generator<string> {
  if (report.log !== undefined) {
    const { position, end, firstSequence, lastSequence, epoch } = report.log;
    yield `positions from ${position} to ${end}, ` +
      `sequences from ${firstSequence} to ${lastSequence}`;
    yield `era ${report.era}, epoch ${epoch}, durable at least up to ${report.durableEvidence}`;
    return;
  }
  yield `era ${report.era}, sequences from ${report.firstSequence} to ${report.lastSequence}, ` +
    `durable at least up to ${report.durableEvidence}`;
}

function segmentLine(segment: SegmentReport): string {
  const { file, role, records, end, stop, evidenceRecords } = segment;
  const beyond = evidenceRecords === 0 ? '' : `, ${evidenceRecords} valid records beyond`;
  if (role === 'standby' || role === 'leftover') return `${file}: ${role}${beyond}`;
  const range =
    records === 0 ? '' : `, sequences ${segment.firstSequence} to ${segment.lastSequence}`;
  const reason = stop === undefined ? '' : ` (${stop})`;
  return `${file}: ${role}, ${records} records${range}, ends at ${end}${reason}${beyond}`;
}
