// Numbers that come to their end: eras and generations are refused in time, sequences begin a new era.

import test from 'ava';
import { SuperblockWriter } from '../../src/directory/superblock-writer.js';
import { ERA_MAX } from '../../src/format/operation.js';
import type { Superblock } from '../../src/format/superblock.js';
import { STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { open } from '../../src/index.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { openAt, openNew, rejectsWith } from '../support/stores.js';

/** A closed, empty store whose superblock says something else. */
async function doctored(t: Parameters<typeof openNew>[0], changes: Partial<Superblock>) {
  const store = await openNew(t);
  await store.close();
  const fileSystem = new NodeFileSystem();
  const held = readSuperblock(fileSystem, store.path);
  new SuperblockWriter(fileSystem, store.path, held).commit(changes);
  return store.path;
}

test('after an unclean stop in the last era there is none to begin: SEQUENCE_LIMIT', async (t) => {
  const path = await doctored(t, { state: STORE_OPEN, era: ERA_MAX });
  const error = await rejectsWith(t, 'SEQUENCE_LIMIT', open(path));
  t.regex(error.message, /era/);
  const before = await doctored(t, { state: STORE_OPEN, era: ERA_MAX - 1 });
  const store = await openAt(t, before);
  await store.put('a', 1);
  t.true(Number.isSafeInteger(store.getEntry('a')?.version));
  t.is(Math.floor((store.getEntry('a')?.version ?? 0) / 2 ** 32), ERA_MAX);
});

test('the last era can be gone on with after a clean close, while it lasts', async (t) => {
  const path = await doctored(t, { era: ERA_MAX });
  const store = await openAt(t, path);
  await store.put('a', 1);
  t.is(store.getEntry('a')?.version, ERA_MAX * 2 ** 32 + 1);
  const used = { era: ERA_MAX, durable: 2 ** 31, firstSequence: 2 ** 31 + 1 };
  await rejectsWith(t, 'SEQUENCE_LIMIT', open(await doctored(t, used)));
});

test('a clean store that used half of an era begins a new one', async (t) => {
  const changes = { state: STORE_CLEAN, durable: 2 ** 31, firstSequence: 2 ** 31 + 1 };
  const store = await openAt(t, await doctored(t, changes));
  await store.put('a', 1);
  t.is(store.getEntry('a')?.version, 2 ** 32 + 1);
  await store.close();
  const again = await openAt(t, store.path);
  t.is(again.get('a'), 1);
  await again.put('b', 1);
  t.is(again.getEntry('b')?.version, 2 ** 32 + 2);
});

test('a store that used just less goes on in its era', async (t) => {
  const changes = { durable: 2 ** 31 - 1, firstSequence: 2 ** 31 };
  const store = await openAt(t, await doctored(t, changes));
  const snapshot = store.snapshot();
  await store.put('a', 1);
  t.is(store.getEntry('a')?.version, 2 ** 31);
  t.is(snapshot.get('a'), undefined);
  await store.put('a', 2);
  t.deepEqual([...store.entries()], [['a', 2]]);
  const { sequence, durableSequence } = store.stats();
  t.is(sequence, 2 ** 31 + 1);
  t.is(durableSequence, sequence);
});

test('a store that used up its generations is SEQUENCE_LIMIT', async (t) => {
  const path = await doctored(t, { nextGeneration: 0xfff00001 });
  const error = await rejectsWith(t, 'SEQUENCE_LIMIT', open(path));
  t.regex(error.message, /generation/);
  const store = await openAt(t, await doctored(t, { nextGeneration: 0xfff00000 }));
  await store.put('a', 1);
});

test('a store with a tree is refused as long as nothing reads it, and stays as it was', async (t) => {
  const tree = {
    root: { page: 1, checksum: 5 },
    catalogue: { page: 0, checksum: 0 },
    merge: 1,
    pages: 2,
    keys: 1,
    nextValueFile: 1,
  };
  const path = await doctored(t, { tree });
  const before = readSuperblock(new NodeFileSystem(), path).slots;
  await rejectsWith(t, 'FORMAT_UNSUPPORTED', open(path));
  await rejectsWith(t, 'FORMAT_UNSUPPORTED', open(path, { readOnly: true }));
  t.deepEqual(readSuperblock(new NodeFileSystem(), path).slots, before);
});
