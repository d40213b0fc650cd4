// What counts as lost, and what only looks like it.

import test from 'ava';

import { presentLife } from '../../src/salvage/life.js';
import { foreignLoss, segmentLosses, superblockLosses } from '../../src/salvage/losses.js';
import { findSequences } from '../../src/salvage/missing.js';
import type { SalvageLoss } from '../../src/salvage/report.js';
import type { StoreIdentity } from '../../src/salvage/store-identity.js';
import { FIXTURE_STORE_ID } from '../support/log-builder.js';
import { blockOf, full, type MadeUp, scanned } from '../support/scanned-segment.js';

const ONE = 'wal-l00-0000000001.log';
const TWO = 'wal-l00-0000000002.log';
const END = 5000;

function losses(
  made: MadeUp[],
  block: Partial<Parameters<typeof blockOf>[0]> = {},
  others: string[] = [],
): string[] {
  const segments = made.map(scanned);
  const life = presentLife(segments, blockOf({ first: 1, ...block }));
  return textOf(segmentLosses(segments, others, { life, found: findSequences(segments, life) }));
}

function textOf(list: SalvageLoss[]): string[] {
  return list.map(({ file, offset, bytes, reason }) => `${file}:${offset}+${bytes} ${reason}`);
}

const MISSING = 'from here on records are missing';
const REST = `+${65536 - END} ${MISSING}`;

test('a sound log has no losses, wherever it ends', (t) => {
  const first: MadeUp = { generation: 1, state: 'open', live: [1, 2], control: [3], next: 2 };
  t.deepEqual(losses([{ generation: 1, state: 'open' }]), []);
  t.deepEqual(losses([first, { generation: 2, state: 'open' }]), []);
  t.deepEqual(losses([first, { generation: 2, state: 'open', live: [4, 5], durable: 4 }]), []);
  const standby: MadeUp = { generation: 3, state: 'open' };
  t.deepEqual(losses([first, { generation: 2, state: 'open', live: [4] }, standby]), []);
  const sealed: MadeUp[] = [
    { generation: 1, state: 'sealed', era: 1, sealed: [full(0, 3)], next: 2 },
    { generation: 2, state: 'open', era: 1, live: [1] },
  ];
  t.deepEqual(losses(sealed, { live: 2, era: 1 }), []);
});

test('what lies between records, a damaged header and a wrong length are losses', (t) => {
  const gaps = [
    { offset: 4096, bytes: 64 },
    { offset: 4800, bytes: 8 },
  ];
  const refused = [{ offset: 8192, bytes: 4096 }];
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1], changes: { gaps, refused } }]), [
    `${ONE}:8192+4096 the disk refuses to read this`,
    `${ONE}:4096+64 no valid record`,
    `${ONE}:4800+8 no valid record`,
  ]);
  t.deepEqual(losses([{ generation: 1, live: [1] }]), [
    `${ONE}:0+4096 the header is damaged (checksum)`,
  ]);
  t.deepEqual(losses([{ generation: 1, length: 10 }]), [
    `${ONE}:0+10 the header is damaged (checksum)`,
  ]);
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1], length: 60_000 }]), [
    `${ONE}:60000+5536 the file was cut`,
  ]);
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1], length: 70_000 }]), [
    `${ONE}:65536+4464 the file is longer than its header says`,
  ]);
});

test('a segment that was left for another one ends with its trailer', (t) => {
  const second: MadeUp = { generation: 2, state: 'open', live: [4] };
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1, 2] }, second]), [
    `${ONE}:${END}${REST}`,
  ]);
  const sealed: MadeUp = { generation: 1, state: 'sealed', era: 1, sealed: [full(0, 3)] };
  const live: MadeUp = { generation: 2, state: 'open', era: 1 };
  t.deepEqual(losses([sealed, live], { live: 2, era: 1 }), [`${ONE}:${END}${REST}`]);
});

test('the end of a log is a loss only if a record is missing that was to stand there', (t) => {
  const first: MadeUp = { generation: 1, state: 'open', live: [1, 2] };
  t.deepEqual(losses([first], { durable: 2 }), []);
  t.deepEqual(losses([first], { durable: 3 }), [`${ONE}:${END}${REST}`]);
  const other: MadeUp = { generation: 2, lane: 1, state: 'open', live: [4], durable: 2 };
  t.deepEqual(losses([first, other]), [`${ONE}:${END}${REST}`]);
  // The other lane may have lost it: it ends before the missing number too.
  const both = losses([first, { ...other, live: [3], durable: 2 }], { durable: 5 });
  t.is(both.length, 2);
});

test('a segment that something leads to and that holds nothing is a loss', (t) => {
  const first: MadeUp = { generation: 1, state: 'open', live: [1, 2], control: [3], next: 2 };
  const second: MadeUp = { generation: 2, state: 'open', end: 4096 };
  t.deepEqual(losses([first, second], { durable: 7 }), [`${TWO}:4096+61440 ${MISSING}`]);
  // A standby to which nothing leads never held a record.
  const active: MadeUp = { generation: 1, state: 'open', live: [1, 2] };
  t.deepEqual(losses([active, second], { durable: 7 }), [`${ONE}:${END}${REST}`]);
});

test('files that the superblock or a trailer names are missing if they are not there', (t) => {
  const third: MadeUp = { generation: 3, state: 'open', live: [8] };
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1], control: [2], next: 2 }, third]), [
    `${TWO}:0+undefined the file is missing`,
  ]);
  t.deepEqual(losses([third]), [`${ONE}:0+undefined the file is missing`]);
  t.deepEqual(losses([third], {}, [ONE]), []);
  const lane = {
    lane: 0,
    firstGeneration: 3,
    liveGeneration: 3,
    endGeneration: 4,
    endOffset: 4096,
  };
  t.deepEqual(losses([{ ...third, live: [1] }], { first: 3, lanes: [lane] }), [
    'wal-l00-0000000004.log:0+undefined the file is missing',
  ]);
});

test('nothing of a copy that was not committed is a loss', (t) => {
  const spare: MadeUp = { generation: 5, state: 'sealed', era: 1, sealed: [1], next: 6 };
  const gaps = [{ offset: 4096, bytes: 8 }];
  const made: MadeUp[] = [{ generation: 1, state: 'open', live: [1] }, spare];
  t.deepEqual(losses(made), []);
  t.deepEqual(losses([made[0]!, { ...spare, next: 0, changes: { gaps } }]), []);
});

test('hostile content that cuts the search short is told', (t) => {
  const changes = { isCutShort: true };
  t.deepEqual(losses([{ generation: 1, state: 'open', live: [1], changes }]), [
    `${ONE}:${END}+${65536 - END} too much here looks like records: not searched`,
  ]);
});

test('slots that do not count are named, each for its reason', (t) => {
  const block = blockOf({ first: 1 });
  const other = { ...block, storeId: new Uint8Array(16) };
  const identity: StoreIdentity = {
    storeId: FIXTURE_STORE_ID,
    slots: [
      { slot: 0, problem: 'checksum' },
      { slot: 1, block },
    ],
    refused: [],
    held: { block, slot: 1 },
    files: [],
  };
  const life = presentLife([], block);
  const slotLosses = (changes: Partial<StoreIdentity>, by = life) =>
    textOf(superblockLosses({ ...identity, ...changes }, by));
  t.deepEqual(slotLosses({}), ['superblock:0+4096 the slot is not valid (checksum)']);
  t.deepEqual(slotLosses({ slots: [{ slot: 0, block: other }, identity.slots[1]!] }), [
    'superblock:0+4096 the slot belongs to another store',
  ]);
  t.deepEqual(slotLosses({ slots: [] }), ['superblock:0+undefined the superblock is missing']);
  t.deepEqual(slotLosses({ slots: [identity.slots[1]!] }, presentLife([], undefined)), [
    'superblock:4096+4096 the slot is older than the log',
  ]);
  t.deepEqual(slotLosses({ slots: [], refused: [] }).length, 1);
  const refused = [{ offset: 0, bytes: 4096 }];
  t.deepEqual(slotLosses({ refused })[0], 'superblock:0+4096 the disk refuses to read this');
});

test('files of other stores and versions are not read, and named', (t) => {
  const { file } = scanned({ generation: 1, state: 'open' });
  t.is(foreignLoss(file, FIXTURE_STORE_ID), undefined);
  t.is(foreignLoss({ ...file, header: 'checksum' }, FIXTURE_STORE_ID), undefined);
  t.deepEqual(foreignLoss(file, new Uint8Array(16)), {
    file: ONE,
    offset: 0,
    bytes: 65536,
    reason: 'the file belongs to another store',
  });
  t.like(foreignLoss({ ...file, header: 'version', otherVersion: 4 }, FIXTURE_STORE_ID), {
    reason: 'the file has format version 4',
  });
});
