// When a planted bug counts as caught: by its test, by an assertion, alone, in time.

import test from 'ava';

import type { PlantedBug } from './planted-bug.js';
import { readTap } from './tap-report.js';
import { escapeOf, unsoundOf } from './verdict.js';

const BUG: PlantedBug = {
  name: 'a-bug',
  reference: 'G1',
  what: 'something is wrong',
  file: 'src/a.ts',
  find: 'a',
  replace: 'b',
  test: { file: 'test/a.test.ts', title: 'it - holds' },
  secondsMax: 5,
};
const ASSERTED = `not ok 1 - it - holds
#   seed 1
  ---
    name: AssertionError
    assertion: t.is()
    message: ''
  ...
`;
const THROWN = `not ok 1 - it - holds
  ---
    name: AssertionError
    details:
      'Rejected promise returned by test. Reason:': |-
        LaneError {
          code: 'CORRUPT',
        }
  ...
`;
const RAISED = `not ok 2 - LaneError: the store is poisoned
  ---
    name: LaneError
  ...
`;

function outcome(points: string, changes: Partial<PlantedBug> = {}, seconds = 1): string {
  const report = readTap(`TAP version 13\n${points}\n1..1\n# tests 1\n`);
  return escapeOf({ ...BUG, ...changes }, { report, seconds, isEnded: false }) ?? 'caught';
}

test('what a run says is read: passed, skipped, failed by an assertion or by an error', (t) => {
  const report = readTap(
    `TAP version 13\nok 1 - fine\nok 2 - not here # SKIP\n${ASSERTED}${RAISED}`,
  );
  t.deepEqual(report.passed, ['fine']);
  t.deepEqual(report.skipped, ['not here']);
  t.deepEqual(
    report.failed.map(({ title, assertion }) => [title, assertion]),
    [
      ['it - holds', 't.is()'],
      ['LaneError: the store is poisoned', undefined],
    ],
  );
});

test('a bug is caught by an assertion of the named test alone', (t) => {
  t.is(outcome(ASSERTED), 'caught');
  t.regex(outcome('ok 1 - it - holds'), /the test passes/);
  t.regex(outcome(''), /did not run/);
  t.regex(outcome('ok 1 - it - holds # SKIP'), /did not run/);
  t.regex(outcome(THROWN), /by an error, not an assertion.*CORRUPT/s);
  t.regex(outcome(ASSERTED.replace('it - holds', 'another')), /did not run/);
  t.regex(outcome(ASSERTED + RAISED), /something else failed: LaneError/);
});

test('a bug that also ends the process is caught only if both are seen', (t) => {
  t.is(outcome(ASSERTED + RAISED, { raises: true }), 'caught');
  t.regex(outcome(ASSERTED, { raises: true }), /nothing was raised/);
});

test('a test that takes too long or has to be ended has not caught anything', (t) => {
  t.is(outcome(ASSERTED, {}, 5), 'caught');
  t.regex(outcome(ASSERTED, {}, 5.1), /not decided in 5 s/);
  const report = readTap(ASSERTED);
  t.regex(escapeOf(BUG, { report, seconds: 1, isEnded: true }) ?? '', /not decided/);
});

test('named tests are a measure only if all of them pass without a bug', (t) => {
  const fine = readTap('ok 1 - a\nok 2 - b\n');
  t.is(unsoundOf(['a', 'b'], fine), undefined);
  t.regex(unsoundOf(['a', 'c'], fine) ?? '', /does not pass.*c/);
  t.regex(unsoundOf(['a'], readTap('ok 1 - a # SKIP')) ?? '', /skipped here: a/);
  t.regex(unsoundOf(['a'], readTap(`ok 1 - a\n${RAISED}`)) ?? '', /does not pass.*LaneError/);
});
