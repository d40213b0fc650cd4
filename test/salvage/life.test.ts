// Which segments are the present life of a store: by the superblock, and without it.

import test from 'ava';

import { holdsLive, isOpen, isSealed, largestEra, presentLife } from '../../src/salvage/life.js';
import { blockOf, full, type MadeUp, scanned } from '../support/scanned-segment.js';

/** Generations of the present life. */
function present(made: MadeUp[], block?: Parameters<typeof blockOf>[0]): number[] {
  const segments = made.map(scanned);
  const life = presentLife(segments, block === undefined ? undefined : blockOf(block));
  return segments.filter((one) => !life.isBehind(one)).map(({ generation }) => generation);
}

const OLD: MadeUp[] = [
  { generation: 1, state: 'open', era: 0, live: [1, 2], next: 2 },
  { generation: 2, state: 'open', era: 0, live: [4, 5] },
];
const COPY: MadeUp[] = [
  { generation: 3, state: 'sealed', era: 1, sealed: [full(0, 1)], next: 4 },
  { generation: 4, state: 'sealed', era: 1, sealed: [full(0, 2)], next: 5 },
];
const NEW: MadeUp = { generation: 5, state: 'open', era: 1 };

test('the superblock says where the present life begins, for each lane', (t) => {
  t.deepEqual(present([...OLD, ...COPY, NEW], { first: 3, live: 5, era: 1 }), [3, 4, 5]);
  const lanes = [
    { lane: 0, firstGeneration: 4, liveGeneration: 4, endGeneration: 0, endOffset: 0 },
    { lane: 1, firstGeneration: 6, liveGeneration: 6, endGeneration: 0, endOffset: 0 },
  ];
  const made: MadeUp[] = [
    { generation: 3, state: 'open' },
    { generation: 4, state: 'open' },
    { lane: 1, generation: 5, state: 'open' },
    { lane: 1, generation: 6, state: 'open' },
    { lane: 2, generation: 3, state: 'open' },
    { lane: 2, generation: 7, state: 'open' },
  ];
  t.deepEqual(present(made, { first: 4, lanes }), [4, 6, 7]);
});

test('what the superblock states about sequences holds, and records may know more', (t) => {
  const block = blockOf({ first: 1, era: 2, firstSequence: 7, durable: 9 });
  const segments = [scanned({ generation: 1, state: 'open', era: 2, live: [20], durable: 12 })];
  t.like(presentLife(segments, block), { block, era: 2, firstSequence: 7, durable: 12 });
  t.like(presentLife([], block), { durable: 9 });
});

test('a copy that was not committed is spare, and what was written to is not', (t) => {
  const block = blockOf({ first: 1 });
  const segments = [...OLD, ...COPY, NEW].map(scanned);
  const life = presentLife(segments, block);
  t.is(life.block, block);
  t.deepEqual(
    segments.filter((one) => life.isSpare(one)).map(({ generation }) => generation),
    [3, 4],
  );
});

test('a slot that is older than what was written to does not count', (t) => {
  const written = { ...NEW, live: [1] };
  t.deepEqual(present([...OLD, ...COPY, written], { first: 1 }), [3, 4, 5]);
  const life = presentLife([...OLD, ...COPY, written].map(scanned), blockOf({ first: 1 }));
  t.is(life.block, undefined);
  t.is(life.era, 1);
});

test('without a superblock the newest copy with a live segment behind it begins the life', (t) => {
  t.deepEqual(present([...OLD, ...COPY, NEW]), [3, 4, 5]);
  t.deepEqual(present([...COPY, NEW]), [3, 4, 5]);
  // A lost segment in the middle does not cut the life in two.
  const [first, second] = COPY as [MadeUp, MadeUp];
  const wide = [...OLD, first, { ...second, generation: 8 }, { ...NEW, generation: 9 }];
  t.deepEqual(present(wide), [3, 8, 9]);
  // Without its header a copy is told by its records.
  const bare = [...OLD, ...COPY.map(({ state: _, ...rest }) => rest), NEW];
  t.deepEqual(present(bare), [3, 4, 5]);
});

test('without a live segment behind it a copy was never committed: all counts', (t) => {
  t.deepEqual(present([...OLD, ...COPY]), [1, 2, 3, 4]);
  t.deepEqual(present(OLD), [1, 2]);
});

test('of two copies the newer one counts, and an older era is never part of it', (t) => {
  const later: MadeUp[] = [
    { generation: 6, state: 'sealed', era: 2, sealed: [full(0, 1)], next: 7 },
    { generation: 7, state: 'open', era: 2 },
  ];
  t.deepEqual(present([...COPY, NEW, ...later]), [6, 7]);
  t.deepEqual(present([...COPY, ...later]), [6, 7]);
  // A life that found nothing to copy has no sealed segments.
  const alone: MadeUp = { generation: 9, state: 'open', era: 3 };
  t.deepEqual(present([...OLD, alone]), [9]);
});

test('without a superblock the numbers go on where the copies of the same era end', (t) => {
  const compacted: MadeUp[] = [
    { generation: 3, state: 'sealed', era: 1, sealed: [full(0, 50), full(1, 40)], next: 4 },
    { generation: 4, state: 'open', era: 1, live: [44], durable: 43 },
  ];
  t.like(presentLife(compacted.map(scanned), undefined), {
    block: undefined,
    era: 1,
    firstSequence: 41,
    durable: 43,
  });
  t.like(presentLife([...COPY, NEW].map(scanned), undefined), { era: 1, firstSequence: 1 });
});

test('without any header the largest era that a record states is taken', (t) => {
  const bare = [
    { generation: 3, sealed: [full(2, 1)] },
    { generation: 4, live: [1] },
  ];
  t.is(presentLife(bare.map(scanned), undefined).era, 2);
  t.is(largestEra(bare.map(scanned)), 2);
  t.is(largestEra([scanned({ generation: 1, state: 'open', era: 7 })]), 7);
  t.is(largestEra([]), 0);
});

test('a segment is sealed or open by its header, else by its records', (t) => {
  const judge = (made: Omit<MadeUp, 'generation'>) => {
    const one = scanned({ generation: 1, ...made });
    return [isSealed(one), isOpen(one), holdsLive(one)];
  };
  t.deepEqual(judge({ state: 'sealed' }), [true, false, false]);
  t.deepEqual(judge({ state: 'open' }), [false, true, false]);
  t.deepEqual(judge({ sealed: [1] }), [true, false, false]);
  t.deepEqual(judge({ live: [1] }), [false, true, true]);
  t.deepEqual(judge({ control: [1] }), [false, true, true]);
  t.deepEqual(judge({}), [false, false, false]);
});
