// Splitting of leaves and inner nodes: the tree stays a tree whatever the order of keys, and keys that
// arrive in order fill it.

import test from 'ava';

import { ROOT } from '../../src/memtable/memtable-state.js';
import { countOf, INNER_CAPACITY, LEAF_CAPACITY, LINK, levelOf } from '../../src/memtable/node.js';
import { MemtableFixture, numberKey } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';

function rootOf({ memtable }: MemtableFixture): number {
  return memtable.state.words[memtable.state.at + ROOT]!;
}

/** Counts of all leaves from left to right. */
function leafCounts(fixture: MemtableFixture): number[] {
  const { words } = fixture.memory;
  let node = rootOf(fixture);
  while (levelOf(words, node) !== 0) node = words[node + LINK]!;
  const counts: number[] = [];
  for (; node !== 0; node = words[node + LINK]!) counts.push(countOf(words, node));
  return counts;
}

const ORDERS: Record<string, (random: () => number) => (index: number) => Uint8Array> = {
  'in order': () => (index) => numberKey(index * 10),
  'in reverse order': () => (index) => numberKey(1e9 - index),
  'at random': (random) => () => numberKey(Math.floor(random() * 1e12)),
  'in many interleaved runs': () => (index) => numberKey((index % 37) * 1e9 + index),
  'that lengthen their prefix': () => (index) => Buffer.from('x'.repeat(index % 900) + index),
  'that all begin alike': () => (index) =>
    Buffer.from(`tenant/0001/customer/${(index * 7919) % 65536}`),
  'of one byte more each': () => (index) => Buffer.alloc(1 + (index % 1000), 0xff),
  'with zeros behind': () => (index) =>
    Buffer.concat([numberKey(index % 500), Buffer.alloc(index % 11)]),
};

for (const [name, order] of Object.entries(ORDERS)) {
  test(`the tree stays sound at every size with keys ${name}`, (t) => {
    const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new MemtableFixture(24 << 20, 12 << 20);
    const make = order(random);
    const seen = new Set<string>();
    for (let index = 0; index < 20_000; index++) {
      const key = make(index);
      fixture.write(key);
      seen.add(Buffer.from(key).toString('latin1'));
      // Densely while the tree is small, then now and then.
      const isDue = index < 400 ? index % 7 === 0 : index % 2500 === 0;
      if (isDue) t.deepEqual(fixture.problems(), [], `after ${index} keys`);
    }
    t.deepEqual(fixture.problems(), []);
    t.is(fixture.memtable.keys, seen.size);
    t.is(
      leafCounts(fixture).reduce((sum, count) => sum + count, 0),
      seen.size,
    );
  });
}

test('keys in order fill every leaf but the last', (t) => {
  const fixture = new MemtableFixture();
  for (let index = 0; index < 50_000; index++) fixture.write(numberKey(index));
  const counts = leafCounts(fixture).slice(0, -1);
  t.true(counts.every((count) => count >= LEAF_CAPACITY - 1));
});

test('keys at random fill leaves by more than half', (t) => {
  const random = seededRandom(3);
  const fixture = new MemtableFixture();
  for (let index = 0; index < 50_000; index++)
    fixture.write(numberKey(Math.floor(random() * 1e12)));
  const counts = leafCounts(fixture);
  const average = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  t.log(`${average.toFixed(1)} of ${LEAF_CAPACITY}`);
  t.true(average > LEAF_CAPACITY * 0.6);
});

test('a tree of three levels grows from one root after the other', (t) => {
  const fixture = new MemtableFixture(48 << 20, 24 << 20);
  const levels: number[] = [];
  const count = LEAF_CAPACITY * INNER_CAPACITY * 4;
  for (let index = 0; index < count; index++) {
    fixture.write(numberKey(index));
    const level = levelOf(fixture.memory.words, rootOf(fixture));
    if (level !== levels.at(-1)) levels.push(level);
  }
  t.deepEqual(levels, [0, 1, 2]);
  t.is(
    leafCounts(fixture).reduce((sum, one) => sum + one, 0),
    count,
  );
  for (const index of [0, 1, count >>> 1, count - 1])
    t.not(fixture.find(numberKey(index), 2 ** 32 - 1), 0);
  t.is(fixture.find(numberKey(count), 2 ** 32 - 1), 0);
});
