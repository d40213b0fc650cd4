// The cache of pages: bounded, verified at each load, never a page that was changed since.

import test from 'ava';
import { LaneError } from '../../src/errors.js';
import { PageCache } from '../../src/tree/page-cache.js';
import type { PageReader } from '../../src/tree/page-file.js';
import { TreeFixture } from '../support/tree-fixture.js';

/** Gives pages that hold their own number; counts. */
class CountingReader implements PageReader {
  readonly read_: number[] = [];

  read(
    page: number,
    checksum: number,
    target: Parameters<PageReader['read']>[2],
    at: number,
  ): void {
    this.read_.push(page);
    target.bytes.fill(0, at, at + 4096);
    target.view.setUint32(at + 4, page, true);
    target.view.setInt32(at + 8, checksum, true);
    target.bytes[at + 13] = page % 100 === 0 ? 1 : 0;
  }

  corrupt(page: number, reason: string): LaneError {
    return new LaneError('CORRUPT', `${page}: ${reason}`);
  }
}

test('a page is read once as long as it is used', (t) => {
  const reader = new CountingReader();
  const cache = new PageCache(reader, 64 * 4096);
  for (let round = 0; round < 3; round++) {
    for (let page = 1; page <= 64; page++) {
      const at = cache.load(page, page * 3);
      t.is(cache.memory.view.getUint32(at + 4, true), page);
    }
  }
  t.is(reader.read_.length, 64);
  t.deepEqual(cache.counters, { hits: 128, misses: 64 });
});

test('a page with another checksum is read again', (t) => {
  const reader = new CountingReader();
  const cache = new PageCache(reader, 64 * 4096);
  cache.load(5, 1);
  const at = cache.load(5, 2);
  t.is(cache.memory.view.getInt32(at + 8, true), 2);
  t.deepEqual(reader.read_, [5, 5]);
});

test('a page number above 2^31 is found again', (t) => {
  const reader = new CountingReader();
  const cache = new PageCache(reader, 8 * 4096);
  cache.load(0xfffffff1, 0xffffffff);
  cache.load(0xfffffff1, -1);
  t.deepEqual(reader.read_, [0xfffffff1]);
});

for (const pages of [1, 2, 7, 8, 9, 1000]) {
  test(`a cache of ${pages} pages takes no more memory than that`, (t) => {
    const cache = new PageCache(new CountingReader(), pages * 4096 + 4095);
    t.true(cache.memory.bytes.length <= pages * 4096);
    t.true(cache.memory.bytes.length > (pages * 4096) / 2 - 1);
    for (let page = 1; page < 3000; page++) {
      t.is(cache.memory.view.getUint32(cache.load(page, 1) + 4, true), page);
    }
  });
}

test('inner pages stay while leaves come and go', (t) => {
  const reader = new CountingReader();
  const cache = new PageCache(reader, 16 * 4096);
  for (let page = 1; page < 5000; page++) {
    cache.load(100, 1);
    cache.load(page % 100 === 0 ? page + 1 : page, 1);
  }
  t.is(reader.read_.filter((page) => page === 100).length, 1);
});

test('after a load that failed, nothing stands in its place', (t) => {
  const fixture = new TreeFixture(4096);
  fixture.merge(new Map([['a', { value: 'x', version: 1 }]]));
  const { page, checksum } = fixture.root;
  fixture.cache.clear();
  fixture.file.bytes[page * 4096 + 2000]! ^= 1;
  t.throws(() => fixture.cache.load(page, checksum), { code: 'CORRUPT' });
  t.throws(() => fixture.cache.load(page, checksum), { code: 'CORRUPT' });
  fixture.file.bytes[page * 4096 + 2000]! ^= 1;
  t.is(fixture.cache.memory.view.getUint32(fixture.cache.load(page, checksum) + 4, true), page);
  fixture.file.bytes[page * 4096 + 2000]! ^= 1;
  fixture.cache.clear();
  t.throws(() => fixture.cache.load(page, checksum), { code: 'CORRUPT' });
});
