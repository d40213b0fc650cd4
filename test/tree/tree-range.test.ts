// Ranges of a tree against a sorted array: every kind of bound, both directions, from the beginning
// and from behind any key.

import test from 'ava';

import { privateMemory } from '../../src/cache/private-memory.js';
import { copyKey } from '../../src/tree/page-search.js';
import type { TreeBounds } from '../../src/tree/tree-range.js';
import { TreeRange } from '../../src/tree/tree-range.js';
import { seededRandom } from '../support/random.js';
import type { TreeValue } from '../support/tree-fixture.js';
import { TreeFixture } from '../support/tree-fixture.js';

const memory = privateMemory(1024);

function take(range: TreeRange, limit: number, jumps: () => boolean, isReverse: boolean): string[] {
  const keys: string[] = [];
  const add = (index: number): void => {
    keys.push(memory.buffer.toString('latin1', 0, copyKey(range.memory, 0, index, memory, 0)));
  };
  while (!range.isDone && keys.length < limit) {
    if (!jumps()) {
      add(range.index);
      range.advance();
      continue;
    }
    // The rest of the leaf at once.
    const { index, leafEnd } = range;
    if (isReverse) for (let at = index; at > leafEnd; at--) add(at);
    else for (let at = index; at < leafEnd; at++) add(at);
    range.jump(leafEnd);
  }
  return keys.slice(0, limit);
}

test('ranges equal those of a sorted array', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const fixture = new TreeFixture(1 << 16);
  const model = new Map<string, TreeValue>();
  const randomKey = (): string => `${'ab'[Math.floor(random() * 2)]}${Math.floor(random() * 5000)}`;
  for (let index = 0; index < 3000; index++)
    model.set(randomKey(), { value: 'x'.repeat(60), version: index + 1 });
  fixture.merge(model);
  const sorted = [...model.keys()].sort();
  const randomBound = (): Uint8Array | undefined =>
    random() < 0.3 ? undefined : Buffer.from(random() < 0.05 ? '' : randomKey());
  for (let step = 0; step < 600; step++) {
    const bounds: TreeBounds = {
      lower: randomBound(),
      upper: randomBound(),
      isLowerIncluded: random() < 0.5,
      isUpperIncluded: random() < 0.5,
    };
    const isReverse = random() < 0.5;
    const { lower, upper, isLowerIncluded, isUpperIncluded } = bounds;
    const expected = sorted.filter((key) => {
      const above = lower === undefined ? 1 : Buffer.compare(Buffer.from(key), lower);
      const below = upper === undefined ? -1 : Buffer.compare(Buffer.from(key), upper);
      return (
        (above > 0 || (above === 0 && isLowerIncluded)) &&
        (below < 0 || (below === 0 && isUpperIncluded))
      );
    });
    if (isReverse) expected.reverse();
    const jumps = step % 2 === 0 ? () => random() < 0.5 : () => false;
    const range = new TreeRange(fixture.cache, fixture.root, bounds, isReverse);
    t.true(range.isDone);
    range.begin();
    t.deepEqual(take(range, 4000, jumps, isReverse), expected);
    if (expected.length === 0) continue;
    const after = Math.floor(random() * expected.length);
    const length = memory.buffer.write(expected[after]!, 512, 'latin1');
    range.resume(memory, 512, length);
    t.deepEqual(take(range, 100, jumps, isReverse), expected.slice(after + 1, after + 101));
  }
});

test('a range of an empty tree has nothing', (t) => {
  const fixture = new TreeFixture();
  const bounds = {
    lower: undefined,
    upper: undefined,
    isLowerIncluded: true,
    isUpperIncluded: true,
  };
  for (const isReverse of [false, true]) {
    const range = new TreeRange(fixture.cache, fixture.root, bounds, isReverse);
    range.begin();
    t.true(range.isDone);
  }
});
