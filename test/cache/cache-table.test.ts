// Which blocks a cache holds: never more than it was given, never another one than was asked for.

import test from 'ava';

import { CacheTable } from '../../src/cache/cache-table.js';
import { seededRandom } from '../support/random.js';

for (const frames of [0, 1, 2, 3, 4, 5, 63, 64, 1000]) {
  test(`a table of ${frames} frames gives each frame to one block`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const table = new CacheTable(frames);
    t.true(table.frames >= 1 && table.frames <= Math.max(1, frames));
    t.true(table.frames > frames / 2 - 1);
    const held = new Map<number, string>();
    let hits = 0;
    for (let step = 0; step < 20_000; step++) {
      const [a, b, c] = [
        1 + Math.floor(random() * 300),
        Math.floor(random() * 3),
        Math.floor(random() * 2),
      ];
      const spread = a ^ (b << 5);
      const name = `${a}/${b}/${c}`;
      const found = table.find(spread, a, b, c);
      if (found >= 0) {
        hits++;
        if (held.get(found) !== name)
          t.fail(`frame ${found} holds ${held.get(found)}, not ${name}`);
        continue;
      }
      const frame = table.evict(spread);
      t.true(frame >= 0 && frame < table.frames);
      held.set(frame, name);
      table.fill(frame, a, b, c, 1 + (a % 3));
    }
    t.is(table.counters.hits, hits);
    t.is(table.counters.hits + table.counters.misses, 20_000);
    table.clear();
    for (let a = 1; a <= 300; a++) t.is(table.find(a, a, 0, 0), -1);
  });
}

test('what is used stays while other blocks come and go', (t) => {
  const table = new CacheTable(4);
  table.fill(table.evict(0), 1, 0, 0, 1);
  for (let other = 2; other < 500; other++) {
    t.true(table.find(0, 1, 0, 0) >= 0, `after ${other}`);
    table.fill(table.evict(0), other, 0, 0, 1);
  }
});

test('a block with more chances outlives those with one', (t) => {
  const table = new CacheTable(4);
  table.fill(table.evict(0), 1, 0, 0, 3);
  table.find(0, 1, 0, 0);
  let lived = 0;
  for (let other = 2; table.find(0, other - 1, 0, 0) >= 0 && lived < 100; other++) {
    table.fill(table.evict(0), other, 0, 0, 1);
    table.find(0, other, 0, 0);
    lived++;
    if (lived === 6) t.true(table.find(0, 1, 0, 0) >= 0);
  }
  t.true(lived >= 6);
});
