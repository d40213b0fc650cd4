// The bulk merge against a sorted map: random merges of every size, keys of every shape, caches
// from one page up; after each the whole tree is walked and every page accounted for.

import test from 'ava';

import { seededRandom } from '../support/random.js';
import type { TreeChange, TreeValue } from '../support/tree-fixture.js';
import { TreeFixture } from '../support/tree-fixture.js';

type Random = () => number;

const below = (random: Random, end: number): number => Math.floor(random() * end);
const text = (random: Random, length: number, letters: number): string =>
  String.fromCharCode(...Array.from({ length }, () => below(random, letters)));

const shapes: Record<string, { key: (random: Random) => string; value: number }> = {
  'short random bytes': { key: (random) => text(random, below(random, 5), 256), value: 40 },
  'few bytes that nest': { key: (random) => text(random, below(random, 24), 2), value: 8 },
  'a long shared prefix': {
    key: (random) => `user:profile:${'x'.repeat(90)}${below(random, 6000)}`,
    value: 64,
  },
  'sixteen random bytes': {
    key: (random) => text(random, 2, 40) + 'k'.repeat(12) + text(random, 2, 40),
    value: 64,
  },
  'the longest keys only': {
    key: (random) => text(random, 2, 30).padStart(1024, 'p'),
    value: 1024,
  },
  'every length of key': {
    key: (random) => text(random, 1, 3).repeat(below(random, 1025)),
    value: 100,
  },
  'no values': { key: (random) => `n${below(random, 40000)}`, value: 0 },
};

for (const [name, shape] of Object.entries(shapes)) {
  test(`a tree equals a sorted map after random merges with ${name}`, (t) => {
    const seed = below(Math.random, 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new TreeFixture(4096 * [1, 3, 8, 64][below(random, 4)]!);
    const model = new Map<string, TreeValue>();
    for (let step = 0; step < 60; step++) {
      const changes = randomChanges(random, shape, model, step);
      const before = model.size;
      for (const [key, change] of changes) {
        if (change === undefined) model.delete(key);
        else model.set(key, change);
      }
      const result = fixture.merge(changes, random() < 0.03);
      t.is(result.count.keysAdded - result.count.keysRemoved, model.size - before);
      if (random() < 0.7) fixture.reclaim();
      const { problems, facts } = fixture.problems();
      t.deepEqual(problems, [], `step ${step}`);
      t.is(facts.keys, model.size);
      if (step % 10 === 9) t.deepEqual(fixture.entries(), sorted(model));
    }
    const all = new Map<string, TreeChange>([...model.keys()].map((key) => [key, undefined]));
    fixture.merge(all);
    fixture.reclaim();
    t.is(fixture.root.page, 0);
    t.is(fixture.allocator.used, 0);
    t.is(fixture.allocator.trim(), 1);
  });
}

function randomChanges(
  random: Random,
  shape: { key: (random: Random) => string; value: number },
  model: Map<string, TreeValue>,
  step: number,
): Map<string, TreeChange> {
  const changes = new Map<string, TreeChange>();
  const size = [1, 3, 40, 400, 3000][below(random, 5)]!;
  const deletes = [0, 0.1, 0.5, 0.95][below(random, 4)]!;
  const known = [...model.keys()];
  for (let index = 0; index < size; index++) {
    const isKnown = known.length > 0 && random() < Math.max(deletes, 0.3);
    const key = isKnown ? known[below(random, known.length)]! : shape.key(random);
    const version = step * 10_000 + index + 1;
    if (random() < deletes) changes.set(key, undefined);
    else if (random() < 0.3) changes.set(key, pointed(random, version));
    else changes.set(key, { value: text(random, below(random, shape.value + 1), 256), version });
  }
  return changes;
}

/** A value that stands in a frame that several others share. */
function pointed(random: Random, version: number): TreeValue {
  const file = 1 + below(random, 3);
  const offset = below(random, 200) * 8;
  const record = below(random, 128);
  const frame = { file, offset, bytes: 100 + offset, checksum: offset * 7 + file, record };
  return { value: 'v'.repeat(below(random, 5000)), version, frame };
}

function sorted(model: Map<string, TreeValue>): [string, TreeValue][] {
  return [...model].sort(([a], [b]) =>
    Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')),
  );
}
