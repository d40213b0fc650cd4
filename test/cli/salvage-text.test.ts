// The report of a salvage as lines: short, however much was lost.

import test from 'ava';

import { salvageLines } from '../../src/cli/salvage-text.js';
import type { SalvageReport } from '../../src/index.js';

const NOTHING: SalvageReport = {
  storeId: '00',
  records: 0,
  keys: 0,
  recordsAfterGap: 0,
  lastSequence: 0,
  lastCommit: undefined,
  missing: [],
  losses: [],
  files: [],
};

test('nothing lost is said in one line', (t) => {
  t.deepEqual(
    [...salvageLines(NOTHING, false)],
    ['saved: 0 keys from 0 records, the last with sequence 0', 'lost: nothing'],
  );
});

test('of many losses the first are shown, and how many more there are', (t) => {
  const losses = Array.from({ length: 100 }, (_, index) => {
    return { file: 'f', offset: index, bytes: 8, reason: 'r' };
  });
  const missing = Array.from({ length: 30 }, (_, index) => {
    return { first: index * 10, last: index * 10 + (index % 2) };
  });
  const lines = [...salvageLines({ ...NOTHING, losses, missing, recordsAfterGap: 9 }, true)];
  t.is(lines.length, 1 + 1 + 40 + 1 + 2);
  t.is(lines[2], '  f:0, 8 bytes: r');
  t.is(lines[42], '  and 60 more places (--json has all)');
  t.regex(lines[43]!, /^missing sequences: 45 \(0, 10 to 11, 20, .*, 90 to 91, \.\.\.\)$/);
  t.is(lines[44], 'records behind the first of them: 9, left out');
});

test('files stand in columns, without sequences where there are no records', (t) => {
  const file = { lane: 0, generation: 1, bytes: 9, role: 'live' as const };
  const files = [
    { ...file, file: 'long name', records: 2, firstSequence: 1, lastSequence: 7 },
    { ...file, file: 'short', records: 0, firstSequence: 0, lastSequence: 0 },
  ];
  t.deepEqual([...salvageLines({ ...NOTHING, files }, false)].slice(1, 3), [
    '  long name  live         2 records, sequences 1 to 7',
    '  short      live         0 records',
  ]);
});
