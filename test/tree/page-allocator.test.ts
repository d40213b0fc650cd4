// Which pages are free: lowest first, and none that a durable or a pinned root may still lead to.

import test from 'ava';

import { PageAllocator } from '../../src/tree/page-allocator.js';
import { seededRandom } from '../support/random.js';

test('pages are given once, the lowest first', (t) => {
  const allocator = new PageAllocator();
  t.deepEqual([allocator.take(), allocator.take(), allocator.take()], [1, 2, 3]);
  allocator.giveBack(2);
  allocator.rewind();
  t.is(allocator.take(), 2);
  t.is(allocator.take(), 4);
  t.is(allocator.end, 5);
});

test('a retired page is free when its merge is durable', (t) => {
  const allocator = new PageAllocator();
  const page = allocator.take();
  allocator.retire(page, 1, 2);
  t.is(allocator.reclaim(1, []), 0);
  t.true(allocator.isUsed(page));
  t.is(allocator.reclaim(2, []), 1);
  t.false(allocator.isUsed(page));
  t.is(allocator.retired, 0);
});

test('a retired page stays as long as a pinned root shows it, and no longer', (t) => {
  const allocator = new PageAllocator();
  const [old, between, later] = [allocator.take(), allocator.take(), allocator.take()];
  allocator.retire(old, 1, 4);
  allocator.retire(between, 2, 3);
  allocator.retire(later, 3, 4);
  t.is(allocator.reclaim(9, [2]), 1, 'the root of merge 2 shows what 1 and 2 made');
  t.deepEqual(
    [old, between, later].map((page) => allocator.isUsed(page)),
    [true, true, false],
  );
  t.is(allocator.reclaim(9, [3]), 1);
  t.deepEqual(
    [old, between].map((page) => allocator.isUsed(page)),
    [true, false],
  );
  t.is(allocator.reclaim(9, [4, 0]), 1);
  t.is(allocator.used, 0);
});

test('free pages at the end are given up', (t) => {
  const allocator = new PageAllocator();
  for (let page = 1; page <= 100; page++) allocator.take();
  for (let page = 40; page <= 100; page++) allocator.giveBack(page);
  t.is(allocator.trim(), 40);
  t.is(allocator.take(), 40);
  t.is(allocator.end, 41);
});

test('a page is marked once', (t) => {
  const allocator = new PageAllocator();
  t.true(allocator.mark(3_000_000));
  t.false(allocator.mark(3_000_000));
  t.is(allocator.end, 3_000_001);
  t.is(allocator.take(), 32);
});

test('in a large file whole groups come first, and single holes when there are many', (t) => {
  const allocator = new PageAllocator();
  for (let page = 1; page < 6400; page++) allocator.take();
  for (let page = 64; page < 96; page++) allocator.giveBack(page);
  for (let page = 100; page < 1000; page += 2) allocator.giveBack(page);
  allocator.rewind();
  for (let page = 64; page < 96; page++) t.is(allocator.take(), page);
  t.is(allocator.take(), 6400, 'few holes are left alone');
  for (let page = 1001; page < 6400; page += 3) allocator.giveBack(page);
  allocator.rewind();
  t.is(allocator.take(), 100, 'many are not');
  t.is(allocator.take(), 102);
});

/** By the rule: the lowest free group, else the lowest hole if there are many, else the end. */
function expectedPage(used: ReadonlySet<number>, end: number): number {
  for (let group = 32; group < end; group += 32) {
    const pages = Array.from({ length: 32 }, (_, index) => group + index);
    if (pages.every((page) => !used.has(page)) && group < end) return group;
  }
  const isSparse = end <= 1024 || end - 1 - used.size > end / 4;
  if (!isSparse) return end;
  let lowest = 1;
  while (used.has(lowest)) lowest++;
  return lowest;
}

test('the allocator equals a set of free numbers', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const allocator = new PageAllocator();
  const used = new Set<number>();
  const retired: { page: number; madeBy: number; retiredBy: number }[] = [];
  for (let step = 0; step < 12_000; step++) {
    const choice = random();
    if (choice < 0.55) {
      allocator.rewind();
      const expected = expectedPage(used, allocator.end);
      const page = allocator.take();
      t.is(page, expected);
      used.add(page);
    } else if (choice < 0.97 && used.size > retired.length) {
      const free = [...used].filter((page) => retired.every((one) => one.page !== page));
      const page = free[Math.floor(random() * free.length)]!;
      if (random() < 0.5) {
        allocator.giveBack(page);
        used.delete(page);
        continue;
      }
      const madeBy = Math.floor(random() * 50);
      const retiredBy = madeBy + 1 + Math.floor(random() * 10);
      allocator.retire(page, madeBy, retiredBy);
      retired.push({ page, madeBy, retiredBy });
    } else {
      const durable = Math.floor(random() * 60);
      const pinned = Array.from({ length: Math.floor(random() * 4) }, () =>
        Math.floor(random() * 60),
      );
      const freed = retired.filter(
        (one) =>
          one.retiredBy <= durable &&
          !pinned.some((merge) => merge >= one.madeBy && merge < one.retiredBy),
      );
      t.is(allocator.reclaim(durable, pinned), freed.length);
      for (const one of freed) {
        used.delete(one.page);
        retired.splice(retired.indexOf(one), 1);
      }
    }
    if (step % 1000 === 0) t.is(allocator.trim(), Math.max(0, ...used) + 1);
    if (allocator.used !== used.size) t.fail(`${allocator.used} in use, not ${used.size}`);
  }
});
