// How full pages are, and which are made: few pages for sorted data, none without changes, joins
// where little is left.

import test from 'ava';
import type { TreeChange } from '../support/tree-fixture.js';
import { TreeFixture } from '../support/tree-fixture.js';

const keyOf = (index: number): string => `key${String(index).padStart(9, '0')}`;

function load(fixture: TreeFixture, from: number, to: number, step = 1): void {
  const changes = new Map<string, TreeChange>();
  for (let index = from; index < to; index += step) {
    changes.set(keyOf(index), { value: 'v'.repeat(20), version: index + 1 });
  }
  fixture.merge(changes);
  fixture.reclaim();
}

/** Used part of all pages. */
function fill(fixture: TreeFixture): number {
  const { problems, facts } = fixture.problems();
  if (problems.length > 0) throw new Error(problems.join('; '));
  return facts.usedBytes / (facts.pages * 4096);
}

test('sorted data fill their pages', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 50_000);
  t.true(fill(fixture) > 0.97, `${fill(fixture)}`);
});

test('data that are appended, merge by merge, fill their pages', (t) => {
  const fixture = new TreeFixture();
  for (let from = 0; from < 20_000; from += 500) load(fixture, from, from + 500);
  t.true(fill(fixture) > 0.9, `${fill(fixture)}`);
});

test('one change writes one page a level and reads no other', (t) => {
  const fixture = new TreeFixture(1 << 24);
  load(fixture, 0, 200_000);
  const { depth } = fixture.problems().facts;
  t.true(depth >= 3);
  fixture.cache.clear();
  const { pagesWritten } = fixture.writer;
  const { misses } = fixture.cache.counters;
  fixture.merge(new Map([[keyOf(77_777), { value: 'w', version: 1 }]]));
  t.is(fixture.writer.pagesWritten - pagesWritten, depth);
  t.is(fixture.cache.counters.misses - misses, depth + 1, 'the way down, and the new root');
});

test('inserts here and there split pages in the middle, and more inserts fill them', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 20_000, 4);
  load(fixture, 1, 20_000, 400);
  t.true(fill(fixture) > 0.55, `${fill(fixture)}`);
  load(fixture, 2, 20_000, 4);
  load(fixture, 3, 20_000, 4);
  t.true(fill(fixture) > 0.7, `${fill(fixture)}`);
});

test('pages join when most of their entries are deleted', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 50_000);
  const before = fixture.allocator.used;
  for (const left of [2, 4, 8, 16, 32, 64]) {
    const changes = new Map<string, TreeChange>();
    for (let index = 0; index < 50_000; index++)
      if (index % left !== 0) changes.set(keyOf(index), undefined);
    fixture.merge(changes);
    fixture.reclaim();
    t.true(fill(fixture) > 0.33, `${fill(fixture)} with one of ${left}`);
  }
  t.true(fixture.allocator.used < before / 20);
});

test('a page of which little is left takes in its untouched neighbour', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 50_000);
  for (let from = 0; from < 50_000; from += 1000) {
    const [leaf] = fixture.leavesFrom(keyOf(from));
    const gone = leaf!.slice(2).map((key): [string, TreeChange] => [key, undefined]);
    fixture.merge(new Map(gone));
    fixture.reclaim();
    const [left] = fixture.leavesFrom(leaf![0]!);
    t.true(left!.length > 40, `${left!.length} keys in the leaf of ${leaf![0]}`);
  }
  t.deepEqual(fixture.problems().problems, []);
});

test('what is below all others has its place when the first page is gone', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 20_000, 30_000);
  const first = new Map<string, TreeChange>();
  for (let index = 20_000; index < 20_900; index++) first.set(keyOf(index), undefined);
  fixture.merge(first);
  load(fixture, 0, 1);
  load(fixture, 1, 20_500);
  const { problems, facts } = fixture.problems();
  t.deepEqual(problems, []);
  t.is(facts.keys, 20_500 + 9100);
});

test('a first leaf that holds only keys below its separator may be joined and split', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 20_000, 20_196);
  const [first, second] = fixture.leavesFrom(keyOf(20_000));
  // A few changes at a time, so that the leaf keeps its separator.
  for (const [index, key] of first!.entries()) {
    const added: TreeChange = { value: 'v'.repeat(20), version: index + 1 };
    fixture.merge(
      new Map([
        [keyOf(200 - index), added],
        [key, undefined],
      ]),
    );
    fixture.reclaim();
  }
  fixture.merge(new Map(second!.slice(20).map((key) => [key, undefined])));
  fixture.reclaim();
  const { problems, facts } = fixture.problems();
  t.deepEqual(problems, []);
  t.is(facts.keys, first!.length + 20);
  t.is(facts.leaves, 2);
});

test('whichever leaf is left alone, the tree is that leaf', (t) => {
  // Of four neighbours the separators are long, but others share nothing with them.
  const longKey = (index: number): string =>
    `${String.fromCharCode(64 + (index >> 2)).repeat(1000)}${1000 + index}`;
  const keys = Array.from({ length: 80 }, (_, index) => longKey(index));
  for (let left = 0; left < keys.length; left++) {
    const fixture = new TreeFixture();
    fixture.merge(new Map(keys.map((key) => [key, { value: 'v'.repeat(1024), version: 1 }])));
    t.true(fixture.problems().facts.depth > 3);
    // In two steps, so that pages with one child are left between.
    const near = (index: number): boolean => Math.abs(index - left) < 9;
    fixture.merge(new Map(keys.filter((_, index) => !near(index)).map((key) => [key, undefined])));
    fixture.merge(
      new Map(
        keys.filter((_, index) => near(index) && index !== left).map((key) => [key, undefined]),
      ),
    );
    fixture.reclaim();
    t.deepEqual(fixture.problems().problems, []);
    t.is(fixture.allocator.used, 1);
  }
});

test('a root with one child gives way to it', (t) => {
  const fixture = new TreeFixture();
  fixture.merge(new Map([['a', { value: 'x', version: 1 }]]));
  const first = fixture.root;
  fixture.root = { page: 0, checksum: 0 };
  fixture.merge(new Map([['m', { value: 'y', version: 2 }]]));
  const left = fixture.makeInner(1, [{ separator: '', child: first }]);
  const right = fixture.makeInner(1, [{ separator: 'm', child: fixture.root }]);
  fixture.root = fixture.makeInner(2, [
    { separator: '', child: left },
    { separator: 'm', child: right },
  ]);
  fixture.merge(new Map([['m', undefined]]));
  fixture.reclaim();
  t.deepEqual(fixture.problems().problems, []);
  t.is(fixture.root.page, first.page);
  t.is(fixture.allocator.used, 1);
});

test('a rewrite fills every page', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 30_000, 3);
  for (let from = 1; from < 30_000; from += 1500) load(fixture, from, from + 1);
  const before = fill(fixture);
  fixture.merge(new Map(), true);
  fixture.reclaim();
  t.true(before < 0.95 && fill(fixture) > 0.97, `${before}, then ${fill(fixture)}`);
});

test('a rewrite that also brings changes fills every page', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 30_000, 3);
  for (let from = 1; from < 30_000; from += 600) load(fixture, from, from + 1);
  const changes = new Map<string, TreeChange>();
  for (let index = 0; index < 30_000; index += 300)
    changes.set(keyOf(index), { value: 'w'.repeat(20), version: 1 });
  fixture.merge(changes, true);
  fixture.reclaim();
  t.true(fill(fixture) > 0.97, `${fill(fixture)}`);
});

test('what a pinned root shows is still there when all has changed', (t) => {
  const fixture = new TreeFixture();
  load(fixture, 0, 5000);
  const { root, merges } = fixture;
  const entries = fixture.entries();
  for (let round = 0; round < 5; round++) {
    fixture.merge(
      new Map(
        Array.from({ length: 5000 }, (_, index) => [
          keyOf(index),
          { value: `${round}`, version: 9 },
        ]),
      ),
    );
    fixture.reclaim([merges]);
  }
  t.deepEqual(fixture.entries(root), entries);
  fixture.reclaim();
  t.deepEqual(fixture.problems().problems, []);
});
