// The memtable against a plain sorted model: order, versions, cursors that survive writes, memory.

import test from 'ava';

import { ControlBlock, FREE_CHUNKS, LANE_INDEX_RESERVED } from '../../src/control/control-block.js';
import { createPool, initializePool, poolChunks, viewPool } from '../../src/control/pool.js';
import { KIND_DELETE, KIND_PUT } from '../../src/format/operation.js';
import { Memtable, SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { drain, MemtableFixture } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';

type Version = { sequence: number; location: number; isDelete: boolean };

class Model {
  readonly versions = new Map<string, Version[]>();

  add(key: string, version: Version): void {
    const list = this.versions.get(key) ?? [];
    list.push(version);
    this.versions.set(key, list);
  }

  at(key: string, sequence: number): Version | undefined {
    return this.versions.get(key)?.findLast((version) => version.sequence <= sequence);
  }

  range(sequence: number): string[] {
    const keys = [...this.versions.keys()].filter((key) => {
      const version = this.at(key, sequence);
      return version !== undefined && !version.isDelete;
    });
    return keys.sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
  }
}

const shapes: Record<string, (random: () => number) => string> = {
  'short random bytes': (random) => {
    const length = Math.floor(random() * 7);
    return String.fromCharCode(...Array.from({ length }, () => Math.floor(random() * 256)));
  },
  'few bytes that nest': (random) => {
    const length = Math.floor(random() * 24);
    return String.fromCharCode(...Array.from({ length }, () => Math.floor(random() * 2)));
  },
  'groups that share more than head and tail': (random) => {
    const group = 'abz'[Math.floor(random() * 3)]!.repeat(9 + Math.floor(random() * 2));
    return `${group}${String(Math.floor(random() * 4000)).padStart(6, '0')}`;
  },
  'a long shared prefix': (random) => `user:profile:${Math.floor(random() * 4000)}`,
  'numbers in order': (() => {
    let next = 0;
    return () => `n${String(next++).padStart(9, '0')}`;
  })(),
  'very long keys': (random) => 'k'.repeat(Math.floor(random() * 1000)) + Math.floor(random() * 99),
};

for (const [name, makeKey] of Object.entries(shapes)) {
  test(`the memtable equals a sorted model with ${name}`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new MemtableFixture();
    const model = new Model();
    let last = 0;
    for (let step = 0; step < 9000; step++) {
      const key = makeKey(random);
      const isDelete = random() < 0.2;
      const written = fixture.write(Buffer.from(key, 'latin1'), isDelete ? KIND_DELETE : KIND_PUT);
      model.add(key, { ...written, isDelete });
      last = written.sequence;
    }
    t.deepEqual(fixture.problems(), []);
    t.is(fixture.memtable.keys, model.versions.size);
    t.is(fixture.memtable.liveKeys, model.range(SEQUENCE_NEWEST).length);
    for (const key of model.versions.keys()) {
      const sequence = Math.floor(random() * last);
      const found = fixture.find(Buffer.from(key, 'latin1'), sequence);
      if (found !== (model.at(key, sequence)?.location ?? 0)) t.fail(`wrong version of ${key}`);
    }
    for (const sequence of [SEQUENCE_NEWEST, Math.floor(last / 2), 0]) {
      const expected = model.range(sequence);
      t.deepEqual(drain(fixture.cursor({}, false, sequence), fixture, 37), expected);
      t.deepEqual(drain(fixture.cursor({}, true, sequence), fixture, 5), expected.toReversed());
    }
  });

  test(`bounds of a range hold in both directions with ${name}`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const fixture = new MemtableFixture();
    const model = new Model();
    for (let step = 0; step < 1500; step++) {
      const key = makeKey(random);
      model.add(key, { ...fixture.write(Buffer.from(key, 'latin1'), KIND_PUT), isDelete: false });
    }
    const all = model.range(SEQUENCE_NEWEST);
    for (let round = 0; round < 300; round++) {
      const pick = () =>
        random() < 0.2
          ? undefined
          : random() < 0.7
            ? all[Math.floor(random() * all.length)]!
            : makeKey(random);
      const [lower, upper] = [pick(), pick()];
      const [isLowerIncluded, isUpperIncluded] = [random() < 0.5, random() < 0.5];
      const expected = all.filter((key) => {
        const bytes = Buffer.from(key, 'latin1');
        const low = lower === undefined ? 1 : Buffer.compare(bytes, Buffer.from(lower, 'latin1'));
        const high = upper === undefined ? -1 : Buffer.compare(bytes, Buffer.from(upper, 'latin1'));
        return (
          (low > 0 || (low === 0 && isLowerIncluded)) &&
          (high < 0 || (high === 0 && isUpperIncluded))
        );
      });
      const range = {
        lower: lower === undefined ? undefined : Buffer.from(lower, 'latin1'),
        upper: upper === undefined ? undefined : Buffer.from(upper, 'latin1'),
        isLowerIncluded,
        isUpperIncluded,
      };
      t.deepEqual(drain(fixture.cursor(range, false, SEQUENCE_NEWEST), fixture, 11), expected);
      t.deepEqual(
        drain(fixture.cursor(range, true, SEQUENCE_NEWEST), fixture, 11),
        expected.toReversed(),
      );
    }
  });
}

test('a cursor at a sequence does not see what is written between its runs', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const fixture = new MemtableFixture();
  const keys = new Set<string>();
  let last = 0;
  for (let step = 0; step < 3000; step++) {
    const key = `k${Math.floor(random() * 100000)}`;
    keys.add(key);
    last = fixture.write(Buffer.from(key), KIND_PUT).sequence;
  }
  for (const isReverse of [false, true]) {
    const cursor = fixture.cursor({}, isReverse, last);
    const target = new Int32Array(16);
    const seen: string[] = [];
    while (!cursor.isDone) {
      const count = cursor.fill(target, 16, 1000);
      for (let index = 0; index < count; index++) seen.push(fixture.keyAt(target[index]!));
      for (let write = 0; write < 20; write++) {
        const key = `k${Math.floor(random() * 100000)}`;
        fixture.write(Buffer.from(key), random() < 0.5 ? KIND_PUT : KIND_DELETE);
      }
    }
    const expected = [...keys].sort();
    t.deepEqual(seen, isReverse ? expected.toReversed() : expected);
  }
});

test('a full pool refuses the reservation and leaves the memtable as it was', (t) => {
  const control = ControlBlock.create({
    lanesMax: 1,
    slotsPerLane: 1,
    chunkCount: poolChunks(65536),
  });
  initializePool(control);
  const memtable = new Memtable(control, viewPool(createPool(control.chunkCount)), 0);
  t.true(memtable.reserve(1));
  t.false(memtable.reserve(100_000));
  t.true(memtable.reserve(1));
  t.is(memtable.keys, 0);
});

test('a lane has a memtable for even epochs and one for odd ones, which know nothing of each other', (t) => {
  const fixture = new MemtableFixture();
  const { control, memory, memtable: even } = fixture;
  const odd = new Memtable(control, memory, 0, 1);
  const free = control.words[FREE_CHUNKS]!;
  const place = (index: number): number => fixture.place(Buffer.from(`key${index}`));
  const locations = Array.from({ length: 5000 }, (_, index) => place(index));
  for (const [index, location] of locations.entries()) {
    const target = index % 3 === 0 ? even : odd;
    // Reserved for the lane: whichever memtable inserts.
    t.true((index % 2 === 0 ? even : odd).reserve(1));
    target.insert(location);
  }
  t.is(even.keys, 1667);
  t.is(odd.keys, 3333);
  for (const [index, location] of locations.entries()) {
    t.is(even.find(location), index % 3 === 0 ? location : 0);
    t.is(odd.find(location), index % 3 === 0 ? 0 : location);
  }
  even.state.release();
  t.is(even.keys, 0);
  t.is(even.find(locations[0]!), 0);
  for (const [index, location] of locations.entries()) {
    t.is(odd.find(location), index % 3 === 0 ? 0 : location);
  }
  odd.state.release();
  odd.state.trim();
  const kept = control.words[control.laneStart(0) + LANE_INDEX_RESERVED]!;
  t.is(control.words[FREE_CHUNKS]! + kept, free);
  t.true(even.reserve(1));
  even.insert(locations[7]!);
  t.is(even.find(locations[7]!), locations[7]!);
});
