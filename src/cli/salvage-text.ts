// The report of salvage for people: what was saved, file by file, and what was lost.

import type { MissingRange, SalvagedFile, SalvageReport } from '../index.js';
import { jsonText } from './json-form.js';

const LOSSES_SHOWN_MAX = 40;
const RANGES_SHOWN_MAX = 10;

/** The lines of a report; `isStrict` if nothing behind the first missing record was taken. */
export function* salvageLines(report: SalvageReport, isStrict: boolean): Generator<string> {
  const { records, keys, lastSequence, lastCommit, files, losses, missing } = report;
  yield `saved: ${keys} keys from ${records} records, the last with sequence ${lastSequence}`;
  if (lastCommit !== undefined) yield `last commit: ${jsonText(lastCommit)}`;
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  for (const file of files) yield `  ${fileLine(file, width)}`;
  if (losses.length === 0 && missing.length === 0) {
    yield 'lost: nothing';
    return;
  }
  yield 'lost:';
  for (const { file, offset, bytes, reason } of losses.slice(0, LOSSES_SHOWN_MAX)) {
    yield `  ${file}:${offset}${bytes === undefined ? '' : `, ${bytes} bytes`}: ${reason}`;
  }
  if (losses.length > LOSSES_SHOWN_MAX) {
    yield `  and ${losses.length - LOSSES_SHOWN_MAX} more places (--json has all)`;
  }
  if (missing.length === 0) return;
  yield `missing sequences: ${rangesText(missing)}`;
  const what = isStrict ? 'left out' : 'saved, and perhaps were never acknowledged';
  yield `records behind the first of them: ${report.recordsAfterGap}, ${what}`;
}

function fileLine(file: SalvagedFile, width: number): string {
  const { records, firstSequence, lastSequence } = file;
  const sequences = records === 0 ? '' : `, sequences ${firstSequence} to ${lastSequence}`;
  return `${file.file.padEnd(width)}  ${file.role.padEnd(11)}  ${records} records${sequences}`;
}

function rangesText(ranges: MissingRange[]): string {
  const total = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const shown = ranges
    .slice(0, RANGES_SHOWN_MAX)
    .map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  const more = ranges.length > RANGES_SHOWN_MAX ? ', ...' : '';
  return `${total} (${shown.join(', ')}${more})`;
}
