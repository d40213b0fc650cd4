// Commits by the superblock: one slot after the other, each synced, so that one good slot always holds.

import test from 'ava';
import { SuperblockWriter } from '../../src/directory/superblock-writer.js';
import { STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { newDisk } from '../support/test-disk-helpers.js';

const BLOCK = {
  storeId: new Uint8Array(16).fill(5),
  counter: 1,
  state: STORE_CLEAN,
  era: 0,
  durable: 0,
  firstSequence: 1,
  nextGeneration: 2,
  epoch: 1,
  lanes: [{ lane: 0, firstGeneration: 1, liveGeneration: 1, endGeneration: 1, endOffset: 4096 }],
};

function callsOf(disk: ReturnType<typeof newDisk>, from: number): string[] {
  return disk.log
    .slice(from)
    .filter(({ operation }) => operation === 'write' || operation === 'sync')
    .map(({ operation, offset }) => `${operation} ${offset ?? ''}`.trim());
}

test('a new superblock has the same in both slots, and is durable under its name', (t) => {
  const disk = newDisk();
  const writer = SuperblockWriter.create(disk, '/store', BLOCK);
  t.deepEqual(writer.block, BLOCK);
  const held = readSuperblock(disk.cut(1), '/store');
  t.deepEqual(held.block, BLOCK);
  t.true(held.isClean);
});

test('a commit writes the slot that does not hold, then the other, syncing each', (t) => {
  const disk = newDisk();
  const writer = SuperblockWriter.create(disk, '/store', BLOCK);
  const from = disk.operationCount;
  writer.commit({ state: STORE_OPEN, nextGeneration: 7 });
  t.deepEqual(callsOf(disk, from), ['write 0', 'sync', 'write 4096', 'sync']);
  const held = readSuperblock(disk.cut(1), '/store');
  t.is(held.block.counter, 3);
  t.is(held.block.nextGeneration, 7);
  t.is(held.slot, 1);
  t.false(held.isClean);
  t.deepEqual(writer.block.counter, 3);
});

test('a commit that is cut off leaves the old or the new, never less', (t) => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const disk = newDisk({ seed });
    const writer = SuperblockWriter.create(disk, '/store', BLOCK);
    const calls = disk.operationCount;
    const at = calls + 1 + (seed % 7);
    let cut: ReturnType<typeof disk.cut> | undefined;
    disk.onOperation((call) => {
      if (call.number >= at) cut ??= disk.cut(seed);
    });
    writer.commit({ state: STORE_OPEN, nextGeneration: 7 });
    const held = readSuperblock(cut ?? disk.cut(seed), '/store');
    t.true([2, 7].includes(held.block.nextGeneration));
    t.true(!held.isClean || held.block.nextGeneration === 2);
    seen.add(`${held.block.nextGeneration} ${held.slots.filter((slot) => slot.block).length}`);
  }
  t.true(seen.size >= 3, [...seen].join(', '));
});

test('a commit that fails before its first sync leaves what held', (t) => {
  for (const operation of ['write', 'sync'] as const) {
    const disk = newDisk();
    const writer = SuperblockWriter.create(disk, '/store', BLOCK);
    disk.failAt({ operation, nth: 1, errno: 'ENOSPC' });
    t.throws(() => writer.commit({ state: STORE_OPEN }), { code: 'DISK_FULL' });
    t.deepEqual(writer.block, BLOCK);
    writer.commit({ state: STORE_OPEN });
    t.is(readSuperblock(disk.cut(1), '/store').block.state, STORE_OPEN);
  }
});
