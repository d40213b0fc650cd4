// Cursors and searches against a sorted array: forward and in reverse, from every kind of bound,
// with a cache of one page and one that holds all.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import { bodyAt, versionOf } from '../../src/format/tree-page.js';
import { TreeCursor } from '../../src/tree/cursor.js';
import { copyKey } from '../../src/tree/page-search.js';
import { findEntry } from '../../src/tree/tree-search.js';
import { seededRandom } from '../support/random.js';
import type { TreeValue } from '../support/tree-fixture.js';
import { TreeFixture } from '../support/tree-fixture.js';

const key = privateMemory(1024);

function writeKey(text: string): number {
  return key.buffer.write(text, 0, 'latin1');
}

function versionAt(fixture: TreeFixture, text: string): number {
  const { page, checksum } = fixture.root;
  const entry = findEntry(fixture.cache, page, checksum, key, 0, writeKey(text));
  if (entry === 0) return 0;
  return versionOf(fixture.cache.memory.view, bodyAt(fixture.cache.memory.view, entry));
}

function keysFrom(cursor: TreeCursor, limit: number): string[] {
  const keys: string[] = [];
  const target = privateMemory(1024);
  for (; !cursor.isDone && keys.length < limit; cursor.advance()) {
    keys.push(
      target.buffer.toString('latin1', 0, copyKey(cursor.memory, 0, cursor.index, target, 0)),
    );
  }
  return keys;
}

for (const [name, cacheBytes] of [
  ['one page', 1],
  ['a few pages', 5 * 4096],
  ['all pages', 1 << 22],
] as const) {
  test(`searches and cursors equal a sorted array with a cache of ${name}`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new TreeFixture(cacheBytes);
    const model = new Map<string, TreeValue>();
    const randomKey = (): string =>
      `${'ab'[Math.floor(random() * 2)]}${Math.floor(random() * 9000)}`;
    for (let index = 0; index < 4000; index++) {
      model.set(randomKey(), { value: 'x'.repeat(index % 50), version: index + 1 });
    }
    fixture.merge(model);
    const sorted = [...model.keys()].sort();
    for (let step = 0; step < 300; step++) {
      const text = random() < 0.05 ? '' : randomKey();
      t.is(versionAt(fixture, text), model.get(text)?.version ?? 0);
      const isAfter = random() < 0.5;
      const forward = new TreeCursor(fixture.cache, fixture.root, false);
      forward.seek(key, 0, writeKey(text), isAfter);
      const above = sorted.filter((other) => (isAfter ? other > text : other >= text));
      t.deepEqual(keysFrom(forward, 300), above.slice(0, 300));
      const reverse = new TreeCursor(fixture.cache, fixture.root, true);
      reverse.seek(key, 0, writeKey(text), isAfter);
      const below = sorted.filter((other) => (isAfter ? other < text : other <= text)).reverse();
      t.deepEqual(keysFrom(reverse, 300), below.slice(0, 300));
    }
    for (const isReverse of [false, true]) {
      const cursor = new TreeCursor(fixture.cache, fixture.root, isReverse);
      cursor.seekEnd();
      t.deepEqual(
        keysFrom(cursor, Number.POSITIVE_INFINITY),
        isReverse ? [...sorted].reverse() : sorted,
      );
    }
  });
}

test('nothing is found in an empty tree', (t) => {
  const fixture = new TreeFixture();
  t.is(versionAt(fixture, 'a'), 0);
  const cursor = new TreeCursor(fixture.cache, fixture.root, false);
  cursor.seekEnd();
  t.true(cursor.isDone);
  cursor.seek(key, 0, writeKey('a'), false);
  t.true(cursor.isDone);
});
