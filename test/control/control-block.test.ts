// The layout of the words that threads share: what is made, and that nothing overlaps anything.

import test from 'ava';
import * as names from '../../src/control/control-block.js';
import {
  CHUNK_COUNT,
  ControlBlock,
  GLOBAL_WORDS,
  LANE_MEMTABLE,
  LANE_MEMTABLE_ODD,
  LANE_PRESENT,
  LANE_STATE,
  LANE_WORDS,
  LANES_LIMIT,
  LANES_MAX,
  LAYOUT,
  NEXT_SEQUENCE,
  POISON_TEXT_BYTES,
  SLOT_WORDS,
  SLOTS_PER_LANE,
} from '../../src/control/control-block.js';

const SHAPE = { lanesMax: 3, slotsPerLane: 5, chunkCount: 40 };

test('a new block is zero but for its shape and the first sequence', (t) => {
  const { words } = ControlBlock.create(SHAPE);
  const set = [...words.keys()].filter((index) => words[index] !== 0);
  t.deepEqual(
    set,
    [LAYOUT, LANES_MAX, SLOTS_PER_LANE, CHUNK_COUNT, NEXT_SEQUENCE].sort((a, b) => a - b),
  );
  t.is(words[NEXT_SEQUENCE], 1);
});

test('every lane, slot, chunk and the poison text have words of their own, inside the block', (t) => {
  const control = ControlBlock.create(SHAPE);
  const owner = new Array<string | undefined>(control.words.length);
  const claim = (name: string, start: number, count: number) => {
    for (let word = start; word < start + count; word++) {
      t.is(owner[word], undefined, `${name} over ${owner[word]} at ${word}`);
      owner[word] = name;
    }
  };
  claim('global', 0, GLOBAL_WORDS);
  for (let lane = 0; lane < SHAPE.lanesMax; lane++) {
    claim(`lane ${lane}`, control.laneStart(lane), LANE_WORDS);
    for (let slot = 0; slot < SHAPE.slotsPerLane; slot++) {
      claim(`slot ${lane}.${slot}`, control.slotStart(lane, slot), SLOT_WORDS);
    }
  }
  claim('chunks', control.chunkTable, SHAPE.chunkCount);
  const { poisonText } = control;
  t.is(poisonText.byteOffset % 4, 0);
  claim('poison', poisonText.byteOffset / 4, POISON_TEXT_BYTES / 4);
  t.true(owner.length <= control.words.length);
});

test('no two words of one kind have the same number, and all are inside their part', (t) => {
  const parts = { LANE: LANE_WORDS, SLOT: SLOT_WORDS };
  const states =
    /^(?:LANE_(?:ABSENT|PRESENT|WORDS)|SLOT_(?:WORDS|FREE|PREPARING|PREPARED|STANDBY|ACTIVE|DRAINING|SEALED))$/;
  for (const [part, limit] of Object.entries(parts)) {
    const found = Object.entries(names).filter(
      ([name, value]) =>
        name.startsWith(`${part}_`) && typeof value === 'number' && !states.test(name),
    ) as [string, number][];
    t.true(found.length > 5);
    t.is(new Set(found.map(([, value]) => value)).size, found.length);
    for (const [name, value] of found) t.true(value >= 0 && value < limit, name);
  }
  const others = Object.entries(names).filter(
    ([name, value]) => name.startsWith('LANE_') && typeof value === 'number' && !states.test(name),
  ) as [string, number][];
  for (const memtable of [LANE_MEMTABLE, LANE_MEMTABLE_ODD]) {
    t.true(memtable + 16 <= LANE_WORDS, 'sixteen words for a memtable');
    for (const [name, value] of others) {
      t.false(value > memtable && value < memtable + 16, `${name} among the words of a memtable`);
    }
  }
});

test('words that different threads write while others spin on them lie on different cache lines', (t) => {
  const lines = [
    names.NEXT_SEQUENCE,
    names.DURABLE,
    names.SYNC_REQUEST,
    names.PREPARE_REQUEST,
    names.COORDINATOR_LOCK,
  ].map((word) => word >>> 4);
  t.is(new Set(lines).size, lines.length);
  t.is(GLOBAL_WORDS % 16, 0);
  t.is(LANE_WORDS % 16, 0);
  t.is(SLOT_WORDS % 16, 0);
});

test('another view of the same memory has the same shape and sees the same words', (t) => {
  const control = ControlBlock.create(SHAPE);
  const other = new ControlBlock(control.buffer);
  t.deepEqual(
    [other.lanesMax, other.slotsPerLane, other.chunkCount, other.chunkTable],
    [3, 5, 40, control.chunkTable],
  );
  t.false(other.isPresent(2));
  control.words[control.laneStart(2) + LANE_STATE] = LANE_PRESENT;
  t.true(other.isPresent(2));
  t.false(other.isPresent(1));
  control.poisonText[7] = 9;
  t.is(other.poisonText[7], 9);
});

test('memory that is no control block is refused', (t) => {
  t.throws(() => new ControlBlock(new SharedArrayBuffer(4096)), { instanceOf: TypeError });
});

test('the largest shape fits: every lane there can be, each with a ring of many slots', (t) => {
  const control = ControlBlock.create({
    lanesMax: LANES_LIMIT,
    slotsPerLane: 272,
    chunkCount: 32768,
  });
  const last = control.slotStart(LANES_LIMIT - 1, 271);
  t.true(last + SLOT_WORDS <= control.chunkTable);
  t.is(control.poisonText.length, POISON_TEXT_BYTES);
});
