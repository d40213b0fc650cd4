// Leaves made by copying what did not change: the same entries as a leaf taken apart gives, and
// frames that nobody names any more used again.

import test from 'ava';

import { framesOf } from '../../src/format/tree-page.js';
import { seededRandom } from '../support/random.js';
import type { TreeChange, TreeValue } from '../support/tree-fixture.js';
import { TreeFixture } from '../support/tree-fixture.js';

const keyOf = (index: number): string => `key${1000 + index}`;

function pointed(version: number, offset: number): TreeValue {
  return {
    value: 'v'.repeat(200),
    version,
    frame: { file: 1, offset, bytes: 90, checksum: offset, record: 3 },
  };
}

/** Frames in the table of a tree of one leaf. */
function frames(fixture: TreeFixture): number {
  const { page } = fixture.root;
  return framesOf(new DataView(fixture.file.bytes.buffer, page * 4096), 0);
}

test('overwriting one by one gives the same as all at once, and the table of frames stays small', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const model = new Map<string, TreeChange>();
  for (let index = 0; index < 60; index++) model.set(keyOf(index), pointed(index + 1, 8 * index));
  const fixture = new TreeFixture();
  fixture.merge(model);
  for (let round = 0; round < 500; round++) {
    const key = keyOf(Math.floor(random() * 60));
    const value = pointed(100 + round, 8000 + 8 * round);
    model.set(key, value);
    fixture.merge(new Map([[key, value]]));
    t.is(frames(fixture), 60);
    t.deepEqual(fixture.problems().problems, []);
    fixture.reclaim();
  }
  const other = new TreeFixture();
  other.merge(model);
  t.deepEqual(fixture.entries(), other.entries());
});

test('neighbours that come together share a frame', (t) => {
  const fixture = new TreeFixture();
  fixture.merge(
    new Map(Array.from({ length: 60 }, (_, index) => [keyOf(index), { value: 'x', version: 1 }])),
  );
  const together = pointed(2, 800);
  fixture.merge(new Map([7, 8, 30].map((index) => [keyOf(index), together])));
  t.is(frames(fixture), 1);
  fixture.merge(new Map([[keyOf(8), undefined]]));
  t.is(frames(fixture), 1);
  t.deepEqual(fixture.problems().problems, []);
  t.is(fixture.problems().facts.liveBytes.get(1), 400);
});

test('a key that does not share the prefix, the first and the last one find their places', (t) => {
  const fixture = new TreeFixture();
  const model = new Map<string, TreeChange>();
  for (let index = 0; index < 60; index++)
    model.set(keyOf(index), { value: 'x'.repeat(20), version: 1 });
  fixture.merge(model);
  for (const key of ['a', 'key', 'key0', 'key9999', 'z', '', 'key1000\0']) {
    const change = { value: key, version: 2 };
    model.set(key, change);
    fixture.merge(new Map([[key, change]]));
    t.deepEqual(fixture.problems().problems, []);
  }
  t.deepEqual(
    fixture.entries().map(([key]) => key),
    [...model.keys()].sort(),
  );
});

test('a leaf is patched up to its last byte, and split one byte later', (t) => {
  const fixture = new TreeFixture();
  const model = new Map<string, TreeChange>();
  for (let index = 0; index < 8; index++)
    model.set(keyOf(index), { value: 'x'.repeat(400), version: 1 });
  fixture.merge(model);
  const leaves: number[] = [];
  for (let bytes = 0; bytes < 700; bytes++) {
    fixture.merge(new Map([[keyOf(9), { value: 'y'.repeat(bytes), version: 2 }]]));
    fixture.reclaim();
    const { problems, facts } = fixture.problems();
    t.deepEqual(problems, []);
    if (facts.leaves === 1)
      t.is(facts.usedBytes, 32 + 6 * 9 + 2 + 6 + 9 * (2 + 12) + 8 * 400 + bytes);
    leaves.push(facts.leaves);
  }
  const last = leaves.lastIndexOf(1);
  t.deepEqual(new Set(leaves.slice(0, last + 1)), new Set([1]));
  t.deepEqual(new Set(leaves.slice(last + 1)), new Set([2]));
  t.is(32 + 6 * 9 + 2 + 6 + 9 * (2 + 12) + 8 * 400 + last, 4096);
});
