// Memory of the memtable: what is reserved suffices for what is inserted, whatever the tree looks like.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { FREE_CHUNKS } from '../../src/control/control-block.js';
import { CHUNK_BYTES, releaseReservation, reserveChunks } from '../../src/control/pool.js';
import { KIND_DELETE, KIND_PUT } from '../../src/format/operation.js';
import { Memtable } from '../../src/memtable/memtable.js';
import { INNER_CAPACITY, LEAF_CAPACITY } from '../../src/memtable/node.js';
import { MemtableFixture, numberKey } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';

const MIB = 1 << 20;
const STEP = 1 << 16;

/** Leaves no chunk free beside what the memtable has reserved. */
function exhaust({ control }: MemtableFixture): void {
  const free = control.words[FREE_CHUNKS]!;
  if (!reserveChunks(control, free)) throw new Error('nobody else reserves');
}

/** Reserves for all keys, takes every other chunk away, and inserts. */
function insertReserved(t: ExecutionContext, fixture: MemtableFixture, keys: number[]): void {
  fixture.memtable.state.trim();
  t.true(
    fixture.memtable.reserve(keys.length),
    'the pool of the test has room for the reservation',
  );
  const { control } = fixture;
  const free = control.words[FREE_CHUNKS]!;
  exhaust(fixture);
  for (const key of keys) fixture.insert(numberKey(key));
  releaseReservation(control, free);
  fixture.memtable.state.trim();
}

test('reserved memory suffices when every insertion splits a leaf, and every third its parent', (t) => {
  const inner = 220;
  const perInner = (INNER_CAPACITY - 2) * (LEAF_CAPACITY - 1);
  const count = inner * perInner;
  const fixture = new MemtableFixture(count * 24 + 8 * MIB, 64 * MIB);
  const { memtable } = fixture;
  // Keys in order leave nearly full nodes behind.
  for (let index = 0; index < count; index++) {
    memtable.reserve(1);
    fixture.insert(numberKey(index * STEP));
  }
  // One more in the leaves that will be hit makes them full.
  const leaf = (LEAF_CAPACITY - 1) * STEP;
  const hits: number[] = [];
  for (let node = 0; node < inner - 1; node++) {
    for (const at of [10, 60, 110]) hits.push((node * (INNER_CAPACITY - 1) + at) * leaf + 7 * STEP);
  }
  for (const hit of hits) {
    memtable.reserve(1);
    fixture.insert(numberKey(hit + 1));
  }
  insertReserved(
    t,
    fixture,
    hits.map((hit) => hit + 2),
  );
  t.is(memtable.keys, count + 2 * hits.length);
});

/** Batches of keys as users make them, and as nobody would. */
const BATCHES: Record<string, (random: () => number, count: number, round: number) => number[]> = {
  'in order': (_, count, round) => range(count, (index) => round * 1e6 + index * 16),
  'in reverse': (_, count, round) => range(count, (index) => 1e12 - round * 1e6 - index * 16),
  'at random': (random, count) => range(count, () => Math.floor(random() * 1e9)),
  'evenly spread': (random, count) => {
    const offset = Math.floor(random() * 1000);
    return range(count, (index) => Math.floor((index * 1e9) / count) + offset);
  },
  'in one place': (random, count) => {
    const place = Math.floor(random() * 1e9);
    return range(count, () => place + Math.floor(random() * 1000));
  },
  'the same key': (random, count) => {
    const key = Math.floor(random() * 1e9);
    return range(count, () => key);
  },
};

function range(count: number, value: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => value(index));
}

for (const [name, keys] of Object.entries(BATCHES)) {
  test(`reserved memory suffices for batches ${name}, mixed with all others`, (t) => {
    const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new MemtableFixture(32 * MIB, 48 * MIB);
    const all = Object.values(BATCHES);
    let written = 0;
    for (let round = 0; written < 120_000; round++) {
      const count = 1 + Math.floor(random() ** 3 * 6000);
      const make = random() < 0.5 ? keys : all[Math.floor(random() * all.length)]!;
      insertReserved(t, fixture, make(random, count, round));
      written += count;
    }
    t.deepEqual(fixture.problems(), []);
  });
}

test('single insertions find memory to the last chunk, and the first one that does not changes nothing', (t) => {
  const random = seededRandom(5);
  const fixture = new MemtableFixture(16 * MIB, 20 * CHUNK_BYTES);
  const { memtable } = fixture;
  while (memtable.reserve(1)) fixture.insert(numberKey(Math.floor(random() * 1e12)));
  const { keys } = memtable;
  t.true(keys > 20_000, `${keys} keys`);
  t.is(fixture.control.words[FREE_CHUNKS], 0);
  for (let attempt = 0; attempt < 3; attempt++) t.false(memtable.reserve(1));
  t.is(memtable.keys, keys);
  t.deepEqual(fixture.problems(), []);
});

test('a reservation is kept for the next insertions, a large one is given back but for a little', (t) => {
  const { control, memtable } = new MemtableFixture(MIB, 100 * CHUNK_BYTES);
  const free = () => control.words[FREE_CHUNKS]!;
  t.true(memtable.reserve(1));
  const after = free();
  for (let again = 0; again < 10; again++) t.true(memtable.reserve(1));
  t.is(free(), after);
  t.true(memtable.reserve(50_000));
  t.true(free() < after - 10);
  t.true(memtable.reserve(50_000));
  const kept = free();
  t.is(free(), kept, 'the same reservation serves again');
  t.false(memtable.reserve(10_000_000));
  t.is(free(), kept, 'a refused one takes nothing');
  memtable.state.trim();
  t.true(free() >= after - 4);
});

test('counters follow puts, overwrites and deletes', (t) => {
  const fixture = new MemtableFixture();
  const { memtable } = fixture;
  const counts = () => [memtable.keys, memtable.liveKeys, memtable.liveBytes, memtable.totalBytes];
  const put = (key: number, kind = KIND_PUT) => fixture.write(numberKey(key), kind);
  t.deepEqual(counts(), [0, 0, 0, 0]);
  put(1);
  t.deepEqual(counts(), [1, 1, 24, 24]);
  put(1);
  t.deepEqual(counts(), [1, 1, 24, 48]);
  put(2, KIND_DELETE);
  t.deepEqual(counts(), [2, 1, 24, 72]);
  put(1, KIND_DELETE);
  t.deepEqual(counts(), [2, 0, 0, 96]);
  put(1, KIND_DELETE);
  t.deepEqual(counts(), [2, 0, 0, 120]);
  put(2);
  t.deepEqual(counts(), [2, 1, 24, 144]);
});

test('two lanes of one pool share nothing but its chunks', (t) => {
  const fixture = new MemtableFixture();
  const other = new Memtable(fixture.control, fixture.memory, 1);
  fixture.write(numberKey(1));
  t.is(other.keys, 0);
  t.true(other.reserve(1));
  const location = fixture.place(numberKey(2));
  other.insert(location);
  t.is(other.find(location), location);
  t.is(fixture.memtable.find(location), 0);
  t.deepEqual([fixture.memtable.keys, other.keys], [1, 1]);
  t.is(fixture.memtable.state.indexBytes, CHUNK_BYTES);
});
