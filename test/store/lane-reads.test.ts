// Reading across lanes against a plain model: random writes in several lanes, every kind of read at any
// sequence, by a thread with a lane of its own and by one without.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { LANE_LOCK, LANES_LIMIT } from '../../src/control/control-block.js';
import { acquireAll, releaseAll } from '../../src/control/fence.js';
import { acquireLock, holderOf, releaseLock } from '../../src/control/lane-lock.js';
import { scratchLocation } from '../../src/control/pool.js';
import { MemtableCursor } from '../../src/memtable/cursor.js';
import { writeSearchKey } from '../../src/memtable/key-compare.js';
import { Memtable } from '../../src/memtable/memtable.js';
import { LaneReads, NO_LANE } from '../../src/store/lane-reads.js';
import { LANE_KEYS, LaneWriters, textEntries, textOf } from '../support/lane-model.js';
import { type ManyLanes, openManyLanes } from '../support/many-lanes.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OTHER_LANES = [1, 3];

function openOnDisk(t: ExecutionContext, lanesMax = 4): ManyLanes {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectory('/store');
  const environment = new TestEnvironment(disk, { lanesMax, prepares: true });
  return openManyLanes(t, { environment, directory: '/store', memoryBytes: 32 << 20 });
}

function begin(t: ExecutionContext): {
  many: ManyLanes;
  writers: LaneWriters;
  random: () => number;
} {
  const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const many = openOnDisk(t);
  const lanes = OTHER_LANES.map((lane) => many.addLane(lane));
  return { many, writers: new LaneWriters(many, lanes, random), random };
}

test('reads of a store with several lanes equal a model, newest and by snapshot', (t) => {
  const { many, writers, random } = begin(t);
  const { store } = many;
  const { model } = writers;
  for (let round = 0; round < 60; round++) {
    for (let write = 0; write < 30; write++) writers.write();
    const expected = model.entries();
    const snapshot = store.snapshot();
    t.deepEqual(textEntries(store.entries()), expected);
    t.deepEqual(textEntries(store.entries({ reverse: true })), expected.toReversed());
    t.is(store.count(), expected.length);
    const keys = Array.from({ length: 30 }, () => writers.key());
    t.deepEqual(
      store.getMany(keys).map(textOf),
      keys.map((key) => model.get(key)),
    );
    for (const key of keys) {
      t.is(textOf(store.get(key)), model.get(key));
      t.is(store.has(key), model.get(key) !== undefined);
      const newest = model.keys.get(key)?.at(-1);
      const version = newest?.value === undefined ? undefined : newest.sequence;
      t.is(store.getEntry(key)?.version, version);
    }
    const [from, to] = [writers.key(), writers.key()];
    const limit = Math.floor(random() * 40);
    const inRange = expected.filter(([key]) => key > from && key <= to);
    t.deepEqual(
      [...store.keys({ gt: from, lte: to })],
      inRange.map(([key]) => key),
    );
    t.deepEqual(
      textEntries(store.entries({ gt: from, lte: to, reverse: true, limit })),
      inRange.toReversed().slice(0, limit),
    );
    const walk = store.entries()[Symbol.iterator]();
    const seen = Array.from({ length: 20 }, () => walk.next().value as [string, Uint8Array]);
    for (let write = 0; write < 30; write++) writers.write();
    t.deepEqual(textEntries([...seen.filter(Boolean), ...walk]), expected);
    t.deepEqual(textEntries(snapshot.entries()), expected);
    for (const key of keys)
      t.is(textOf(snapshot.get(key)), expected.find(([one]) => one === key)?.[1]);
    snapshot.close();
  }
});

test('a reader without a lane sees every lane, at every sequence', (t) => {
  const { many, writers } = begin(t);
  const { model } = writers;
  for (let write = 0; write < 1500; write++) writers.write();
  const { control, memory } = many.log;
  const scratch = scratchLocation(LANES_LIMIT);
  const reads = new LaneReads(control, memory, { own: NO_LANE, mark: 77, scratch });
  const last = reads.fencedSequence();
  t.is(last, many.store.stats().sequence);
  const read = (location: number) => {
    if (location === 0) return undefined;
    const value = boundsOfValue(memory.words, location);
    return value === undefined ? undefined : memory.buffer.toString('utf8', ...value);
  };
  for (let sequence = 0; sequence <= last; sequence += 37) {
    for (let index = 0; index < LANE_KEYS; index += 7) {
      const key = `key ${index}`;
      writeSearchKey(memory, scratch, Buffer.from(key));
      t.is(read(reads.findAt(scratch, sequence)), model.get(key, sequence));
    }
    const merge = reads.merge({
      lower: undefined,
      isLowerIncluded: true,
      upper: undefined,
      isUpperIncluded: true,
      isReverse: false,
      sequence,
    });
    const target = new Int32Array(13);
    const found: (string | undefined)[] = [];
    while (!merge.isDone) {
      const count = merge.fill(target, target.length, 5);
      for (const location of target.subarray(0, count)) found.push(read(location));
    }
    t.deepEqual(
      found,
      model.entries(sequence).map(([, value]) => value),
    );
  }
});

/** Bounds of the value of an operation; undefined for a delete. */
function boundsOfValue(words: Int32Array, location: number): [number, number] | undefined {
  const word = words[location << 1]!;
  if ((word & 15) === 2) return undefined;
  const start = (location << 3) + 16 + (word >>> 16);
  return [start, start + words[(location << 1) + 1]!];
}

test('a delete in one lane hides the older put of another, and a newer put shows again', (t) => {
  const many = openOnDisk(t);
  const [one, three] = [many.addLane(1), many.addLane(3)];
  const { store } = many;
  one.put('a', 'from one');
  three.delete('a');
  t.is(store.get('a'), undefined);
  t.false(store.has('a'));
  t.deepEqual([...store.keys()], []);
  t.is(store.count(), 0);
  void store.put('a', Buffer.from('from zero'));
  t.is(textOf(store.get('a')), 'from zero');
  one.delete('a');
  three.put('b', 'beside');
  t.deepEqual([...store.keys()], ['b']);
  t.deepEqual([...store.keys({ reverse: true })], ['b']);
});

test('conditions and transactions look at every lane', async (t) => {
  const many = openOnDisk(t);
  const one = many.addLane(1);
  const { store } = many;
  const version = one.put('a', 'from one');
  t.false(await store.put('a', Buffer.from('x'), { ifAbsent: true }));
  t.false(await store.delete('a', { ifVersion: version + 1 }));
  t.true(await store.put('a', Buffer.from('y'), { ifVersion: version }));
  one.delete('a');
  t.true(await store.put('a', Buffer.from('z'), { ifAbsent: true }));
  one.put('b', 'from one');
  const { result } = store.transaction((transaction) => {
    const seen = [...transaction.keys()];
    transaction.put('c', Buffer.from(textOf(transaction.get('b'))!));
    return [...seen, textOf(transaction.get('a')), transaction.count(), transaction.has('b')];
  });
  t.deepEqual(result, ['a', 'b', 'z', 3, true]);
  t.is(textOf(store.get('c')), 'from one');
});

test('a range is cleared in every lane, and a newer write of another lane stays', async (t) => {
  const many = openOnDisk(t);
  const one = many.addLane(1);
  const { store } = many;
  for (let index = 0; index < 300; index++) {
    if (index % 2 === 0) one.put(`key ${index}`, 'one');
    else void store.put(`key ${index}`, Buffer.from('zero'));
  }
  const cleared = store.clear();
  one.put('key 7', 'later');
  await cleared;
  t.deepEqual([...store.keys()], ['key 7']);
});

test('the newest commit of all lanes is the last commit', async (t) => {
  const many = openOnDisk(t);
  const one = many.addLane(1);
  t.is(many.store.lastCommit(), undefined);
  one.commit({ offsets: { a: 1 } });
  t.deepEqual(many.store.lastCommit()?.offsets, { a: 1 });
  await many.store.commit({ offsets: { a: 2 } });
  t.deepEqual(many.store.lastCommit()?.offsets, { a: 2 });
  one.commit({ offsets: { a: 3 } });
  one.put('b', 'no commit');
  t.deepEqual(many.store.lastCommit()?.offsets, { a: 3 });
});

test('a foreign lane is read under its lock, the own without, and none is taken under lock-all', (t) => {
  const many = openOnDisk(t);
  const one = many.addLane(1);
  const { control, memory } = many.log;
  one.put('a', 'from one');
  const { mark, scratch } = many.engine;
  const reads = new LaneReads(control, memory, { own: 0, mark, scratch });
  writeSearchKey(memory, scratch, Buffer.from('a'));
  const found = reads.find(scratch);
  t.true(found > 0);
  acquireAll(control, mark);
  t.is(reads.find(scratch), found);
  releaseAll(control);
  const own = control.laneStart(0) + LANE_LOCK;
  acquireLock(control.words, own, mark);
  t.is(reads.find(scratch), found);
  releaseLock(control.words, own);
  const foreign = new LaneReads(control, memory, { own: NO_LANE, mark: 77, scratch });
  const lock = control.laneStart(1) + LANE_LOCK;
  const holders: number[] = [];
  const { findAt } = Memtable.prototype;
  Memtable.prototype.findAt = function (location, sequence) {
    holders.push(holderOf(control.words, lock));
    return findAt.call(this, location, sequence);
  };
  try {
    t.is(foreign.find(scratch), found);
  } finally {
    Memtable.prototype.findAt = findAt;
  }
  t.deepEqual(holders, [0, 77], 'lanes 0 and 1 are searched, the second with its lock held');
  t.is(control.words[lock], 0);
});

test('a range of a foreign lane is read under its lock too', (t) => {
  const many = openOnDisk(t);
  const one = many.addLane(1);
  const { control, memory } = many.log;
  one.put('a', 'from one');
  const foreign = new LaneReads(control, memory, {
    own: NO_LANE,
    mark: 77,
    scratch: many.engine.scratch,
  });
  const lock = control.laneStart(1) + LANE_LOCK;
  const holders: number[] = [];
  const merge = foreign.merge({
    lower: undefined,
    isLowerIncluded: true,
    upper: undefined,
    isUpperIncluded: true,
    isReverse: false,
    sequence: foreign.fencedSequence(),
  });
  const { fill } = MemtableCursor.prototype;
  MemtableCursor.prototype.fill = function (target, limit, examinedMax) {
    holders.push(holderOf(control.words, lock));
    return fill.call(this, target, limit, examinedMax);
  };
  try {
    t.is(merge.fill(new Int32Array(8), 8, 4096), 1);
  } finally {
    MemtableCursor.prototype.fill = fill;
  }
  t.true(holders.includes(77));
  t.is(control.words[lock], 0);
});

test('a store of one lane has no part that reads several', (t) => {
  t.is(openOnDisk(t, 1).engine.lanes, undefined);
});
