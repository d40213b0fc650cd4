// Lanes beside lane 0: how they are added, and that a store with several of them opens, loses nothing and
// goes on.

import { setTimeout } from 'node:timers/promises';

import test from 'ava';

import { ControlBlock, LANE_POSITION } from '../../src/control/control-block.js';
import { acquireAll, releaseAll } from '../../src/control/fence.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { textEntries } from '../support/lane-model.js';
import { LogBuilder } from '../support/log-builder.js';
import { openManyLanes } from '../support/many-lanes.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import { startThread } from '../support/threads.js';

const OPTIONS = { memoryBytes: 1048576, segmentBytes: 65536, io: 'buffered' } as const;

/** A log in which two lanes wrote in turns, over the same keys too. */
function twoLanes(): {
  log: LogBuilder;
  expected: [number, string][];
  close(): void;
  kill(): void;
} {
  const log = new LogBuilder();
  const a = log.segment({ lane: 0, generation: 1 });
  const b = log.segment({ lane: 1, generation: 2 });
  for (let index = 0; index < 50; index++) {
    log.put(a, index, `a${index}`);
    log.put(b, index * 2, `b${index * 2}`);
  }
  log.put(a, 0, 'last');
  log.delete(b, 1);
  log.noOp(a);
  const values = new Map<number, string>();
  for (let index = 0; index < 50; index++) {
    values.set(index, `a${index}`);
    values.set(index * 2, `b${index * 2}`);
  }
  values.set(0, 'last').delete(1);
  return {
    log,
    expected: [...values].sort(([x], [y]) => x - y),
    close: () =>
      log.cleanSuperblock([
        { first: 1, last: a },
        { first: 2, last: b },
      ]),
    kill: () => log.openSuperblock([{ first: 1 }, { lane: 1, first: 2 }]),
  };
}

for (const end of ['close', 'kill'] as const) {
  test(`a store of two lanes opens after a ${end}, and again after writes and a close`, async (t) => {
    const lanes = twoLanes();
    lanes[end]();
    const disk = new TestDisk({ seed: 1 });
    disk.makeDirectoryRaw('/store');
    for (const [name, bytes] of lanes.log.files) disk.writeFileRaw(`/store/${name}`, bytes);
    const expected = [...lanes.expected] as [unknown, unknown][];
    for (let round = 0; round < 3; round++) {
      const store = await openIn(new TestEnvironment(disk), '/store', OPTIONS);
      t.deepEqual([...store.entries()], expected as never);
      store.put(1000 + round, 'more');
      expected.push([1000 + round, 'more']);
      await store.close();
    }
  });
}

function newDisk(): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectory('/store');
  disk.syncDirectory('/');
  return disk;
}

test('a lane is listed in the superblock before anybody sees it, and the store is open then', (t) => {
  const disk = newDisk();
  const environment = new TestEnvironment(disk, { lanesMax: 4 });
  const { log, beginLane } = openManyLanes(t, { environment, directory: '/store' });
  t.is(readSuperblock(disk, '/store').block.state, STORE_CLEAN);
  for (const lane of [3, 1]) {
    let listed = 0;
    disk.onOperation(() => {
      t.false(log.control.isPresent(lane));
      listed++;
    });
    beginLane(lane);
    disk.onOperation(undefined);
    t.true(listed > 5);
    t.true(log.control.isPresent(lane));
    const { block } = readSuperblock(disk, '/store');
    t.is(block.state, STORE_OPEN);
    t.true(block.lanes.some((one) => one.lane === lane));
    t.is(log.control.words[log.control.laneStart(lane) + LANE_POSITION], SEGMENT_HEADER_BYTES);
  }
  const { block } = readSuperblock(disk, '/store');
  t.deepEqual(
    block.lanes.map(({ lane, firstGeneration }) => [lane, firstGeneration]),
    [
      [0, 1],
      [1, 3],
      [3, 2],
    ],
  );
  t.is(block.nextGeneration, 4);
});

test('a cut at any call while a lane is added loses nothing and refuses nothing', async (t) => {
  const disk = newDisk();
  const environment = new TestEnvironment(disk, { lanesMax: 3 });
  const { store, beginLane } = openManyLanes(t, { environment, directory: '/store' });
  await store.put('a', Buffer.from('acknowledged'));
  const cuts: TestDisk[] = [];
  disk.onOperation((call) => {
    for (let seed = 0; seed < 25; seed++) cuts.push(disk.cut(call.number * 100 + seed));
  });
  beginLane(1);
  beginLane(2);
  disk.onOperation(undefined);
  t.true(cuts.length > 400, `${cuts.length} cuts`);
  for (const cut of cuts) {
    const report = recover(cut, '/store');
    t.is(report.outcome, 'unclean', report.problem?.message);
    t.true(report.lastSequence >= 1);
  }
});

test('a store that is closed with several lanes gives everything back at the next open', async (t) => {
  const disk = newDisk();
  const environment = new TestEnvironment(disk, { lanesMax: 3 });
  const many = openManyLanes(t, { environment, directory: '/store', segmentBytes: 65536 });
  const [one, two] = [many.addLane(1), many.addLane(2)];
  const expected: [string, string][] = [];
  for (let index = 0; index < 300; index++) {
    const key = `key ${String(index).padStart(4, '0')}`;
    const value = `value ${index} `.repeat(50);
    expected.push([key, value]);
    if (index % 3 === 0) one.put(key, value);
    else if (index % 3 === 1) two.put(key, value);
    else void many.store.put(key, Buffer.from(value));
  }
  await many.store.flush();
  await many.close();
  for (let round = 0; round < 2; round++) {
    const store = await openIn(new TestEnvironment(disk), '/store', {
      ...OPTIONS,
      memoryBytes: 4194304,
      keyEncoding: 'utf8',
      valueEncoding: 'binary',
    });
    t.deepEqual(textEntries(store.entries()), expected);
    await store.close();
  }
});

test('no lane appears while somebody holds all lanes still', async (t) => {
  const control = ControlBlock.create({ lanesMax: 2, slotsPerLane: 1, chunkCount: 1 });
  acquireAll(control, 1);
  const thread = startThread<string>(t, 'admitting-thread', { control: control.buffer, lane: 1 });
  t.is(await thread.next(), 'begins');
  await setTimeout(150);
  t.false(control.isPresent(1));
  t.deepEqual(thread.messages, ['begins']);
  releaseAll(control);
  t.is(await thread.next(), 'admitted');
  t.true(control.isPresent(1));
});
