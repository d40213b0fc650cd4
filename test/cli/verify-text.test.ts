// The lines of a report.

import test from 'ava';

import { reportLines } from '../../src/cli/verify-text.js';
import { recover } from '../../src/recovery/recover.js';
import type { RecoveryReport } from '../../src/recovery/report.js';
import { fixtureDisk } from '../support/fixture-files.js';

function textOf(name: string, changes: { isInUse?: boolean; isMoving?: boolean } = {}): string {
  const report: RecoveryReport = recover(fixtureDisk(name), '/store');
  const verdict = { report, isInUse: false, isMoving: false, ...changes };
  return [...reportLines(verdict)].join('\n');
}

test('each outcome is said in words', (t) => {
  t.regex(textOf('v1-clean'), /outcome: clean, closed properly/);
  t.regex(textOf('v1-torn'), /outcome: unclean, not closed properly/);
  t.regex(textOf('v1-damaged-clean'), /outcome: corrupt, DAMAGED/);
  t.regex(textOf('v1-newer-segment'), /outcome: unknown, the store cannot be read/);
});

test('damage that moves is not called damage', (t) => {
  const text = textOf('v1-damaged-clean', { isInUse: true, isMoving: true });
  t.regex(text, /outcome: unknown, the store was being written/);
  t.notRegex(text, /DAMAGED/);
});

test('segments, leftovers and what lies beyond are listed', (t) => {
  const rotated = textOf('v1-rotated');
  t.regex(rotated, /wal-l00-0000000001\.log: live, 4 records, sequences 1 to 4.*\(trailer\)/);
  t.regex(textOf('v1-clean-rotated'), /wal-l00-0000000003\.log: standby$/m);
  t.regex(textOf('v1-half-recycled'), /preparing-l00-0000000003\.tmp: left over/);
  t.regex(textOf('v1-torn-group'), /3 given up after the end/);
  t.regex(textOf('v1-torn-group'), /3 valid records beyond/);
});
