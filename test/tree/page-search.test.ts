// Searching inside one page against a plain array, at the places where heads do not decide: keys
// shorter than the prefix, than the head, equal heads, zero bytes.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import { PageLayout } from '../../src/tree/page-layout.js';
import { copyKey, searchChild, searchPage } from '../../src/tree/page-search.js';
import { StagedEntries } from '../../src/tree/staged-entries.js';
import { seededRandom } from '../support/random.js';

const identity = { page: 1, merge: 1, tree: 1, level: 1 };

function pageOf(keys: string[]): ReturnType<typeof privateMemory> {
  const staged = new StagedEntries();
  for (const key of keys) {
    staged.memory.buffer.write(key, staged.nextKeyAt, 'latin1');
    staged.memory.view.setUint32(staged.add(key.length, 12), 1, true);
  }
  const layout = new PageLayout();
  const memory = privateMemory(4096);
  if (layout.fit(staged, 4096) !== keys.length) throw new Error('too much for a page');
  layout.write(staged, memory, 0, identity);
  return memory;
}

test('a search in a page equals one in an array, whatever keys share', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const letters = ['\0', 'a', 'b', '\xff'];
  const randomKey = (longest: number): string =>
    Array.from(
      { length: Math.floor(random() * (longest + 1)) },
      () => letters[Math.floor(random() * letters.length)],
    ).join('');
  const target = privateMemory(1024);
  for (let round = 0; round < 400; round++) {
    const prefix = randomKey(6);
    const count = 1 + Math.floor(random() * 60);
    const keys = [...new Set(Array.from({ length: count }, () => prefix + randomKey(7)))];
    keys.sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
    const page = pageOf(keys);
    for (const [index, key] of keys.entries()) {
      t.is(target.buffer.toString('latin1', 0, copyKey(page, 0, index, target, 0)), key);
    }
    for (let probe = 0; probe < 60; probe++) {
      const key =
        random() < 0.3
          ? keys[Math.floor(random() * keys.length)]!
          : prefix.slice(0, Math.floor(random() * 7)) + randomKey(8);
      const length = target.buffer.write(key, 8, 'latin1');
      const position = keys.filter(
        (other) => Buffer.compare(Buffer.from(other, 'latin1'), Buffer.from(key, 'latin1')) < 0,
      ).length;
      const isThere = keys[position] === key;
      t.is(searchPage(page, 0, target, 8, length), isThere ? ~position : position);
      t.is(searchChild(page, 0, target, 8, length), isThere ? position : Math.max(0, position - 1));
    }
  }
});
