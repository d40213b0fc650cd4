// Which sequences are missing, however the segments are ordered and doubled.

import test from 'ava';

import { presentLife } from '../../src/salvage/life.js';
import { eraOf, findSequences } from '../../src/salvage/missing.js';
import { blockOf, full, type MadeUp, scanned } from '../support/scanned-segment.js';

function find(made: MadeUp[], block: Partial<Parameters<typeof blockOf>[0]> = {}) {
  const segments = made.map(scanned);
  const { operations, missing } = findSequences(
    segments,
    presentLife(segments, blockOf({ first: 1, ...block })),
  );
  const ranges = missing.map(({ first, last }) => [first, last]);
  return { operations: [...operations], missing: ranges };
}

test('numbers of all lanes together are dense, or ranges are missing', (t) => {
  const made: MadeUp[] = [
    { generation: 1, state: 'open', live: [1, 4], control: [9] },
    { generation: 2, lane: 1, state: 'open', live: [3, 5, 12] },
  ];
  t.deepEqual(find(made), {
    operations: [1, 3, 4, 5, 12],
    missing: [
      [2, 2],
      [6, 8],
      [10, 11],
    ],
  });
  t.deepEqual(find([{ generation: 1, state: 'open', live: [1, 2], control: [3] }]).missing, []);
  t.deepEqual(find([]), { operations: [], missing: [] });
});

test('numbers begin where the superblock says, and go on to what was durable', (t) => {
  const made: MadeUp[] = [{ generation: 1, state: 'open', live: [7, 8], durable: 3 }];
  t.deepEqual(find(made, { firstSequence: 7 }).missing, []);
  t.deepEqual(find(made, { firstSequence: 5 }).missing, [[5, 6]]);
  t.deepEqual(find(made, { firstSequence: 7, durable: 8 }).missing, []);
  t.deepEqual(find(made, { firstSequence: 7, durable: 10 }), {
    operations: [7, 8],
    missing: [[9, 10]],
  });
  t.deepEqual(find([], { durable: 2 }).missing, [[1, 2]]);
});

test('a record found twice is one, and a copy fills the place of what is lost', (t) => {
  const made: MadeUp[] = [
    { generation: 1, state: 'open', era: 3, live: [1, 3] },
    { generation: 1, state: 'open', era: 3, live: [1, 3] },
    { generation: 4, state: 'sealed', era: 4, sealed: [full(2, 99), full(3, 1), full(3, 2)] },
  ];
  const { operations, missing } = find(made, { era: 3 });
  t.deepEqual(operations, [full(2, 99), full(3, 1), full(3, 2), full(3, 3)]);
  t.deepEqual(missing, []);
});

test('the era of a record that states none is that of its header, else that of the life', (t) => {
  const life = presentLife([], blockOf({ first: 1, era: 6 }));
  t.is(eraOf(scanned({ generation: 1, state: 'open', era: 2 }), life), 2);
  t.is(eraOf(scanned({ generation: 1 }), life), 6);
});
