// Merging the cursors of several lanes: order, ties, deletes and short runs, lane by lane in memory.

import test from 'ava';

import { scratchLocation } from '../../src/control/pool.js';
import { FLAG_ERA, KIND_PUT, kindWord } from '../../src/format/operation.js';
import { keyLength, keyStart } from '../../src/memtable/key-compare.js';
import { isNewer, type LaneMerge } from '../../src/store/lane-merge.js';
import { LaneReads } from '../../src/store/lane-reads.js';
import { LogFixture } from '../support/log-fixture.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';

function begin(lanes: number) {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectory('/store');
  const log = LogFixture.create({ fileSystem: disk, lanesMax: lanes });
  const { control, memory } = log;
  const reads = new LaneReads(control, memory, {
    own: 0,
    mark: 1,
    scratch: scratchLocation(0),
  });
  const all = Array.from({ length: lanes }, (_, lane) => log.addLane(lane));
  const merge = (isReverse: boolean, sequence: number) =>
    reads.merge({
      lower: undefined,
      isLowerIncluded: true,
      upper: undefined,
      isUpperIncluded: true,
      isReverse,
      sequence,
    });
  const keysOf = (walk: LaneMerge, run: number, examinedMax: number) => {
    const target = new Int32Array(run);
    const keys: string[] = [];
    let calls = 0;
    while (!walk.isDone) {
      const count = walk.fill(target, run, examinedMax);
      calls++;
      for (const location of target.subarray(0, count)) {
        const start = keyStart(memory.words, location);
        const end = start + keyLength(memory.words, location);
        keys.push(memory.buffer.toString('latin1', start, end));
      }
    }
    return { keys, calls };
  };
  return { log, lanes: all, merge, keysOf };
}

test('keys of all lanes come in one order, forward and in reverse, each once', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const { lanes, merge, keysOf } = begin(5);
  const live = new Set<string>();
  let last = 0;
  for (let write = 0; write < 4000; write++) {
    const lane = lanes[Math.floor(random() * lanes.length)]!;
    const key = `k${Math.floor(random() * 900)}`;
    if (random() < 0.4) {
      last = lane.delete(key);
      live.delete(key);
    } else {
      last = lane.put(key, 'x');
      live.add(key);
    }
  }
  const expected = [...live].sort();
  for (const run of [1, 7, 500]) {
    for (const examinedMax of [1, 3, 1000]) {
      t.deepEqual(keysOf(merge(false, last), run, examinedMax).keys, expected);
      t.deepEqual(keysOf(merge(true, last), run, examinedMax).keys, expected.toReversed());
    }
  }
});

test('lanes without records, and no lane with any, merge to what there is', (t) => {
  const { lanes, merge, keysOf } = begin(3);
  t.deepEqual(keysOf(merge(false, 0xffffffff), 4, 10).keys, []);
  lanes[1]!.put('only');
  t.deepEqual(keysOf(merge(false, 0xffffffff), 4, 10).keys, ['only']);
  t.deepEqual(keysOf(merge(true, 0xffffffff), 4, 10).keys, ['only']);
});

test('a long stretch of deleted or later keys gives short runs, never an early end', (t) => {
  const { lanes, merge, keysOf } = begin(2);
  lanes[0]!.put('a');
  const sequence = lanes[1]!.put('z');
  for (let index = 0; index < 700; index++) lanes[0]!.put(`m${index}`);
  const { keys, calls } = keysOf(merge(false, sequence), 64, 50);
  t.deepEqual(keys, ['a', 'z']);
  t.true(calls > 10, `${calls} calls`);
  for (let index = 0; index < 700; index++) lanes[1]!.delete(`m${index}`);
  t.deepEqual(keysOf(merge(true, 0xffffffff), 64, 50).keys, ['z', 'a']);
});

test('what is written between two runs of a merge changes nothing of it', (t) => {
  const { log, lanes, merge } = begin(2);
  let last = 0;
  for (let index = 0; index < 400; index++) {
    last = lanes[index % 2]!.put(`k${String(index).padStart(3, '0')}`);
  }
  const walk = merge(false, last);
  const target = new Int32Array(10);
  const seen: string[] = [];
  while (!walk.isDone) {
    const count = walk.fill(target, 10, 1000);
    for (const location of target.subarray(0, count)) {
      const start = keyStart(log.memory.words, location);
      seen.push(log.memory.buffer.toString('latin1', start, start + 4));
    }
    for (let index = 0; index < 40; index++) {
      lanes[index % 2]!.delete(`k${String(399 - index).padStart(3, '0')}`);
      lanes[(index + 1) % 2]!.put(`k${seen.length}new${index}`);
    }
  }
  t.deepEqual(
    seen,
    Array.from({ length: 400 }, (_, index) => `k${String(index).padStart(3, '0')}`),
  );
});

test('of two operations the one with the higher sequence is newer, any era before the current one', (t) => {
  const words = new Int32Array(64);
  const operation = (location: number, sequence: number, era?: number) => {
    const at = location * 2;
    words[at] = kindWord(KIND_PUT, era === undefined ? 0 : FLAG_ERA, 0);
    words[at + 2] = sequence;
    words[at + 4] = era ?? 0;
    return location;
  };
  const first = operation(1, 1);
  const high = operation(4, 0x80000000 | 0);
  const old = operation(8, 0xfffffff0 | 0, 3);
  const older = operation(12, 0xfffffff1 | 0, 2);
  const oldLater = operation(16, 0xfffffff2 | 0, 3);
  const order = [older, old, oldLater, first, high];
  for (let a = 0; a < order.length; a++) {
    for (let b = 0; b < order.length; b++) {
      t.is(isNewer(words, order[a]!, order[b]!), a > b, `${a} against ${b}`);
    }
  }
});
