// Searches inside one node, against a plain search through its keys, whatever prefix the keys share.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { compareKeys, sharedBytes } from '../../src/memtable/key-compare.js';
import {
  CHILDREN,
  childAt,
  childIndex,
  comparePrefix,
  contentPrefix,
  countOf,
  ENTRIES,
  entryLocation,
  INNER_CAPACITY,
  INNER_WORDS,
  LEAF_CAPACITY,
  LEAF_WORDS,
  LINK,
  leafIndex,
  levelOf,
  newestOf,
  PREFIX,
  refreshHeads,
  SAMPLE,
  SEPARATORS,
  setCount,
  setPrefix,
  TAILS,
} from '../../src/memtable/node.js';
import { MemtableFixture } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';

const LETTERS = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** Different keys in order, all beginning with the same bytes. */
function sortedKeys(random: () => number, count: number, prefix: number): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  const start = Array.from({ length: prefix }, () => LETTERS[Math.floor(random() * 6)]!);
  while (found.size < count) {
    const rest = Array.from(
      { length: Math.floor(random() * 7) },
      () => LETTERS[Math.floor(random() * 6)]!,
    );
    const key = Uint8Array.from([...start, ...rest]);
    found.set(Buffer.from(key).toString('hex'), key);
  }
  return [...found.values()].sort((a, b) => Buffer.compare(a, b));
}

interface Built {
  fixture: MemtableFixture;
  node: number;
  locations: number[];
  keys: Uint8Array[];
}

/** A node of the level with these keys; `slack` bytes of their common prefix are left to the heads. */
function build(
  random: () => number,
  level: number,
  options: { prefix: number; slack: number },
): Built {
  const fixture = new MemtableFixture(1 << 20, 1 << 20);
  const { memory, memtable } = fixture;
  const { words } = memory;
  memtable.reserve(1);
  const node = memtable.state.allocateNode(level);
  const capacity = level === 0 ? LEAF_CAPACITY : INNER_CAPACITY;
  const keys = sortedKeys(random, 1 + Math.floor(random() * capacity), options.prefix);
  const locations = keys.map((key) => fixture.place(key));
  for (const [index, location] of locations.entries()) {
    if (level === 0) words[node + ENTRIES + 2 * index + 1] = location;
    else {
      words[node + SEPARATORS + index] = location;
      words[node + CHILDREN + index] = 1000 + index;
    }
  }
  if (level > 0) words[node + LINK] = 999;
  setCount(words, node, level, keys.length);
  const shared = sharedBytes(memory, locations[0]!, locations.at(-1)!);
  const content = Math.max(0, (keys.length === 1 ? options.prefix : shared) - options.slack);
  words[node + SAMPLE] = locations[0]!;
  // Bytes that the fences share too: a key that is led here has them.
  setPrefix(words, node, Math.min(content, options.prefix), content);
  refreshHeads(memory, node);
  return { fixture, node, locations, keys };
}

/** Keys to look for: those of the node, their neighbours, and others that the fences lead here. */
function probes(random: () => number, built: Built): Uint8Array[] {
  const { keys } = built;
  const fence = built.fixture.memory.words[built.node + PREFIX]! & 0xffff;
  const start = keys[0]!.subarray(0, fence);
  const others = Array.from({ length: 60 }, () => {
    const rest = Array.from(
      { length: Math.floor(random() * 9) },
      () => LETTERS[Math.floor(random() * 6)]!,
    );
    return Uint8Array.from([...start, ...rest]);
  });
  const near = keys.flatMap((key) => [key, Uint8Array.from([...key, 0]), key.subarray(0, -1)]);
  return [...near.filter((key) => key.length >= fence), ...others];
}

function check(
  t: ExecutionContext,
  level: number,
  compare: (built: Built, probe: Uint8Array) => void,
): void {
  const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let round = 0; round < 60; round++) {
    const options = { prefix: Math.floor(random() * 6), slack: Math.floor(random() * 3) };
    const built = build(random, level, options);
    for (const probe of probes(random, built)) compare(built, probe);
  }
}

test('a leaf finds the first entry that is not below a key, and says whether it is the key', (t) => {
  check(t, 0, ({ fixture, node, keys }, probe) => {
    const location = fixture.place(probe);
    const order = comparePrefix(fixture.memory, node, location);
    const expected = keys.findIndex((key) => Buffer.compare(key, probe) >= 0);
    const index = expected < 0 ? keys.length : expected;
    if (order !== 0) {
      if (index !== (order < 0 ? 0 : keys.length)) t.fail('a prefix says the wrong side');
      return;
    }
    const isSame = expected >= 0 && Buffer.compare(keys[expected]!, probe) === 0;
    const found = leafIndex(fixture.memory, node, location);
    if (found !== (isSame ? ~index : index)) t.fail(`${found} instead of ${index}, ${isSame}`);
  });
  t.pass();
});

test('an inner node leads a key to the child whose range holds it', (t) => {
  check(t, 1, ({ fixture, node, keys }, probe) => {
    const location = fixture.place(probe);
    const expected = keys.filter((key) => Buffer.compare(key, probe) <= 0).length;
    const found = childIndex(fixture.memory, node, location);
    if (found !== expected) t.fail(`child ${found} instead of ${expected}`);
    if (childAt(fixture.memory.words, node, found) !== 999 + expected) t.fail('another child');
  });
  t.pass();
});

test('the words of a node do not overlap, and fill it at most', (t) => {
  t.true(ENTRIES + 2 * LEAF_CAPACITY <= LEAF_WORDS);
  t.is(TAILS - ENTRIES, INNER_CAPACITY);
  t.is(CHILDREN - TAILS, INNER_CAPACITY);
  t.is(SEPARATORS - CHILDREN, INNER_CAPACITY);
  t.true(SEPARATORS + INNER_CAPACITY <= INNER_WORDS);
});

test('count, level and both prefixes stand beside one another', (t) => {
  const words = new Int32Array(LEAF_WORDS);
  setCount(words, 0, 3, 59);
  setPrefix(words, 0, 11, 1024);
  t.deepEqual([countOf(words, 0), levelOf(words, 0), contentPrefix(words, 0)], [59, 3, 1024]);
  t.is(words[PREFIX]! & 0xffff, 11);
  setCount(words, 0, 0, 0);
  t.deepEqual([countOf(words, 0), levelOf(words, 0)], [0, 0]);
});

test('a reference is a location, or a version that names the newest one', (t) => {
  const fixture = new MemtableFixture(1 << 20, 1 << 20);
  fixture.memtable.reserve(1);
  const [older, newer] = [fixture.place(Buffer.from('a')), fixture.place(Buffer.from('a'))];
  const reference = fixture.memtable.state.allocateVersion(newer, older);
  const { words } = fixture.memory;
  t.is(newestOf(words, older), older);
  t.true(reference < 0);
  t.is(newestOf(words, reference), newer);
  const leaf = fixture.memtable.state.allocateNode(0);
  words[leaf + ENTRIES + 1] = reference;
  t.is(entryLocation(words, leaf, 0), newer);
  t.is(compareKeys(fixture.memory, older, newer, 0), 0);
});
