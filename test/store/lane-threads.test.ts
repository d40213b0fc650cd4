// Several threads write lanes of one store at once, with one syncer: nothing is lost, and what reads,
// clears and recovery see is one order of all of it.

import { setTimeout } from 'node:timers/promises';

import type { ExecutionContext } from 'ava';
import test from 'ava';

import {
  DURABLE,
  LANE_ENTRIES,
  LANE_ROTATIONS,
  NEXT_SEQUENCE,
} from '../../src/control/control-block.js';
import {
  KIND_BATCH,
  KIND_DELETE,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
} from '../../src/format/operation.js';
import { firstOperation, nextOperation } from '../../src/format/record.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import type { SegmentBytes, WalReader } from '../../src/wal/wal-reader.js';
import { textEntries } from '../support/lane-model.js';
import { changesOf, type LaneResult, type LaneTask } from '../support/lane-thread.js';
import { type ManyLanes, openManyLanes } from '../support/many-lanes.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { startThread } from '../support/threads.js';

function newSeed(t: ExecutionContext): number {
  const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.log(`seed ${seed}`);
  return seed;
}

/** Threads that each write a lane until they are done or told to stop. */
function startLanes(t: ExecutionContext, many: ManyLanes, tasks: Omit<LaneTask, 'shape'>[]) {
  for (const { lane } of tasks) many.beginLane(lane);
  const threads = tasks.map((task) =>
    startThread<LaneResult>(t, 'lane-thread', { ...task, shape: many.log.shape }),
  );
  const { control } = many.log;
  const isWriting = (lane: number) => control.words[control.laneStart(lane) + LANE_ENTRIES]! > 0;
  return {
    /** Resolves when each of them writes. */
    writing: async () => {
      while (!tasks.every(({ lane }) => isWriting(lane))) await setTimeout(5);
    },
    results: async () => {
      const results = await Promise.all(threads.map((thread) => thread.next()));
      await Promise.all(threads.map((thread) => thread.ended));
      return results;
    },
  };
}

for (const isMapped of [false, true]) {
  const medium = isMapped ? 'mapped' : 'buffered';
  test(`three threads and lane 0 write at once; recovery finds every record in its order (${medium})`, async (t) => {
    const seed = newSeed(t);
    const directory = temporaryDirectory(t);
    if (isMapped && !new NodeFileSystem().canMap(directory)) {
      t.pass('this file system cannot be mapped');
      return;
    }
    const many = openManyLanes(t, {
      lanesMax: 5,
      isMapped,
      directory,
      memoryBytes: 64 << 20,
      segmentBytes: 262144,
    });
    const tasks = [1, 2, 4].map((lane) => ({ lane, seed, records: 6000 }));
    const threads = startLanes(t, many, tasks);
    const own: number[] = [];
    const task = { lane: 0, seed };
    for (let index = 0; index < 3000; index++) {
      const changes = changesOf(task, index).map(({ key, value }) =>
        value === undefined
          ? { type: 'delete' as const, key: key.toString() }
          : { type: 'put' as const, key: key.toString(), value },
      );
      const done = many.store.batch(changes);
      own.push(many.engine.lastWritten);
      if (index % 50 === 0) await done;
    }
    const results = [...(await threads.results()), { lane: 0, sequences: own }];
    await many.store.flush();
    const { words } = many.log.control;
    const next = Atomics.load(words, NEXT_SEQUENCE) >>> 0;
    const rotations = [0, 1, 2, 4].map(
      (lane) => words[many.log.control.laneStart(lane) + LANE_ROTATIONS]!,
    );
    t.log(`${next - 1} records, rotations ${rotations}`);
    t.true(rotations.every((count) => count > 0));
    await many.close();
    t.is(Atomics.load(words, DURABLE) >>> 0, next - 1);

    const bySequence = new Map<number, { lane: number; index: number }>();
    for (const { lane, sequences } of results) {
      for (const [index, sequence] of sequences.entries())
        bySequence.set(sequence, { lane, index });
    }
    t.is(bySequence.size, 3000 + 3 * 6000);
    let expected = 1;
    const report = recover(new NodeFileSystem({ native: false }), directory, {
      begin: () => undefined,
      accept: ({ lane, reader }) => {
        if (reader.sequence !== expected) t.fail(`${reader.sequence} came after ${expected - 1}`);
        const written = bySequence.get(expected);
        if (written !== undefined && written.lane !== lane.lane) t.fail('a record in another lane');
        expected++;
      },
    });
    t.is(report.outcome, 'unclean');
    t.is(expected, next);
    t.is(report.droppedRecords, 0);

    const model = new Map<string, string>();
    for (const [, { lane, index }] of [...bySequence].sort(([a], [b]) => a - b)) {
      for (const { key, value } of changesOf({ lane, seed }, index)) {
        if (value === undefined) model.delete(key.toString());
        else model.set(key.toString(), value.toString());
      }
    }
    const reopened = await openIn(nodeEnvironment(false), directory, {
      keyEncoding: 'utf8',
      valueEncoding: 'binary',
      memoryBytes: 64 << 20,
    });
    t.teardown(() => reopened.close());
    const found = new Map(textEntries(reopened.entries()));
    t.is(found.size, model.size);
    for (const [key, value] of model) if (found.get(key) !== value) t.fail(`wrong value of ${key}`);
    const [first] = results[0]!.sequences;
    t.is(reopened.getEntry(changesOf({ lane: 1, seed }, 0)[0]!.key.toString())?.version, first);
  });
}

test('a clear deletes nothing that another lane wrote after it began', async (t) => {
  const directory = temporaryDirectory(t);
  const many = openManyLanes(t, { lanesMax: 3, directory, memoryBytes: 64 << 20 });
  const { store, engine } = many;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const shared = { seed: 1, records: 300_000, sharedKeys: 40, stop };
  const threads = startLanes(
    t,
    many,
    [1, 2].map((lane) => ({ ...shared, lane })),
  );
  // The last sequence before each clear, and the one as of which it looked at the store.
  const clears: { from: number; view: number }[] = [];
  const viewSequence = engine.viewSequence.bind(engine);
  let view = 0;
  engine.viewSequence = () => {
    view = viewSequence();
    return view;
  };
  await threads.writing();
  const end = performance.now() + 20_000;
  while (clears.length < 600 && performance.now() < end) {
    const from = engine.newestSequence();
    void store.clear();
    clears.push({ from, view });
    if (clears.length % 16 === 0) await setTimeout(1);
  }
  Atomics.store(stop, 0, 1);
  await threads.results();
  await store.flush();
  await many.close();
  const newest = new Map<string, number>();
  let deletes = 0;
  let wrong = 0;
  recover(new NodeFileSystem({ native: false }), directory, {
    begin: () => undefined,
    accept: ({ reader, segment }) => {
      for (const { key, isDelete } of operationsOf(segment.contents, reader)) {
        if (isDelete) {
          deletes++;
          const clear = clears.findLast((one) => one.from < reader.sequence)!;
          if (newest.get(key)! > clear.view) wrong++;
        }
        newest.set(key, reader.sequence);
      }
    },
  });
  t.log(`${clears.length} clears, ${deletes} deletes, ${newest.size} keys`);
  t.true(deletes > 100);
  t.is(wrong, 0);
});

function operationsOf(
  { words, bytes }: SegmentBytes,
  { kind, data }: WalReader,
): { key: string; isDelete: boolean }[] {
  if (kind > KIND_BATCH) return [];
  const found: { key: string; isDelete: boolean }[] = [];
  const count = kind === KIND_BATCH ? words[(data >>> 2) + 1]! : 1;
  let at = kind === KIND_BATCH ? firstOperation(words, data) : data;
  for (let index = 0; index < count; index++) {
    const word = words[at >>> 2]!;
    const start = at + keyDistanceOf(word);
    const key = Buffer.from(bytes.subarray(start, start + keyBytesOf(word))).toString();
    found.push({ key, isDelete: kindOf(word) === KIND_DELETE });
    at = nextOperation(words, at);
  }
  return found;
}
