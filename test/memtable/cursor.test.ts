// Cursors over one memtable: runs, bounds at their edges, deletes kept or not, and anything written
// between two runs.

import test from 'ava';

import { KIND_DELETE, KIND_PUT } from '../../src/format/operation.js';
import { SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { drain, MemtableFixture } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';

function keyOf(index: number): string {
  return `k${String(index).padStart(5, '0')}`;
}

function filled(count: number): MemtableFixture {
  const fixture = new MemtableFixture();
  for (let index = 0; index < count; index++) fixture.write(Buffer.from(keyOf(index)));
  return fixture;
}

test('a cursor over nothing is done after one run', (t) => {
  const fixture = new MemtableFixture();
  for (const isReverse of [false, true]) {
    const cursor = fixture.cursor({}, isReverse, SEQUENCE_NEWEST);
    t.false(cursor.isDone);
    t.is(cursor.fill(new Int32Array(4), 4, 4), 0);
    t.true(cursor.isDone);
    t.is(cursor.fill(new Int32Array(4), 4, 4), 0);
  }
});

test('a run gives no more than its limit and looks at no more than it may', (t) => {
  const fixture = filled(100);
  for (let index = 20; index < 80; index++) fixture.write(Buffer.from(keyOf(index)), KIND_DELETE);
  const cursor = fixture.cursor({}, false, SEQUENCE_NEWEST);
  const target = new Int32Array(50).fill(-7);
  t.is(cursor.fill(target, 15, 1000), 15);
  t.is(target[15], -7);
  const counts: number[] = [];
  while (!cursor.isDone) counts.push(cursor.fill(target, 50, 10));
  t.deepEqual(counts, [5, 0, 0, 0, 0, 0, 5, 10, 5]);
});

test('a limit of nothing gives nothing and moves nothing', (t) => {
  const fixture = filled(10);
  const cursor = fixture.cursor({}, false, SEQUENCE_NEWEST);
  const target = new Int32Array(10);
  t.is(cursor.fill(target, 0, 100), 0);
  t.false(cursor.isDone);
  t.is(cursor.fill(target, 10, 100), 10);
});

test('bounds that exclude each other, or hold one key, give what lies between', (t) => {
  const fixture = filled(200);
  const from = (key: string, isIncluded: boolean) => ({
    lower: Buffer.from(key),
    isLowerIncluded: isIncluded,
  });
  const to = (key: string, isIncluded: boolean) => ({
    upper: Buffer.from(key),
    isUpperIncluded: isIncluded,
  });
  const [a, b] = [keyOf(100), keyOf(101)];
  const cases: [object, string[]][] = [
    [{ ...from(a, true), ...to(a, true) }, [a]],
    [{ ...from(a, false), ...to(a, true) }, []],
    [{ ...from(a, true), ...to(a, false) }, []],
    [{ ...from(a, false), ...to(b, false) }, []],
    [{ ...from(a, false), ...to(b, true) }, [b]],
    [{ ...from(b, true), ...to(a, true) }, []],
    [{ ...from('', true), ...to(keyOf(1), true) }, [keyOf(0), keyOf(1)]],
    [{ ...from(keyOf(198), false), ...to('zzz', true) }, [keyOf(199)]],
    [{ ...from('zzz', true) }, []],
    [{ ...to('', false) }, []],
  ];
  for (const [range, expected] of cases) {
    for (const run of [1, 2, 100]) {
      t.deepEqual(drain(fixture.cursor(range, false, SEQUENCE_NEWEST), fixture, run), expected);
      const reverse = fixture.cursor(range, true, SEQUENCE_NEWEST);
      t.deepEqual(drain(reverse, fixture, run), expected.toReversed());
    }
  }
});

test('deletes are given where they are kept, at the sequence where they hold', (t) => {
  const fixture = filled(5);
  const before = fixture.sequence;
  fixture.write(Buffer.from(keyOf(2)), KIND_DELETE);
  fixture.write(Buffer.from('only deleted'), KIND_DELETE);
  const all = [0, 1, 2, 3, 4].map(keyOf);
  const keys = (sequence: number, keepsDeletes: boolean) =>
    drain(fixture.cursor({}, false, sequence, keepsDeletes), fixture, 2);
  t.deepEqual(keys(SEQUENCE_NEWEST, false), [0, 1, 3, 4].map(keyOf));
  t.deepEqual(keys(SEQUENCE_NEWEST, true), [...all, 'only deleted']);
  t.deepEqual(keys(before, false), all);
  t.deepEqual(keys(before, true), all);
  t.deepEqual(keys(0, true), []);
  const reverse = fixture.cursor({}, true, SEQUENCE_NEWEST, true);
  t.deepEqual(drain(reverse, fixture, 2), ['only deleted', ...all.toReversed()]);
});

for (const isReverse of [false, true]) {
  const way = isReverse ? 'in reverse' : 'forward';
  test(`splits, overwrites and deletes between any two runs leave a cursor ${way} where it was`, (t) => {
    const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = filled(2000);
    const sequence = fixture.sequence;
    const expected = Array.from({ length: 2000 }, (_, index) => keyOf(index));
    const cursor = fixture.cursor({}, isReverse, sequence);
    const target = new Int32Array(40);
    const seen: string[] = [];
    while (!cursor.isDone) {
      const limit = Math.ceil(random() * 40);
      const count = cursor.fill(target, limit, Math.ceil(random() * 60));
      for (const location of target.subarray(0, count)) seen.push(fixture.keyAt(location));
      for (let write = 0; write < 30; write++) {
        // Around the place where the cursor stands, where it hurts most.
        const near = Number((seen.at(-1) ?? keyOf(1000)).slice(1)) + Math.floor(random() * 9) - 4;
        const key = random() < 0.5 ? keyOf(Math.max(0, near)) : `${keyOf(near)}+${write}`;
        fixture.write(Buffer.from(key), random() < 0.4 ? KIND_DELETE : KIND_PUT);
      }
    }
    t.deepEqual(seen, isReverse ? expected.toReversed() : expected);
    t.deepEqual(fixture.problems(), []);
  });

  test(`a cursor ${way} at the newest sequence sees each key once, whatever is added`, (t) => {
    const fixture = filled(500);
    const cursor = fixture.cursor({}, isReverse, SEQUENCE_NEWEST);
    const target = new Int32Array(7);
    const seen: string[] = [];
    let added = 0;
    while (!cursor.isDone) {
      const count = cursor.fill(target, 7, 100);
      for (const location of target.subarray(0, count)) seen.push(fixture.keyAt(location));
      if (added < 3000) fixture.write(Buffer.from(`${keyOf(added % 500)}/${added++}`));
    }
    t.is(new Set(seen).size, seen.length);
    t.deepEqual(seen, isReverse ? seen.toSorted().toReversed() : seen.toSorted());
    t.true(
      Array.from({ length: 500 }, (_, index) => keyOf(index)).every((key) => seen.includes(key)),
    );
  });
}
