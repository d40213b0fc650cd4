// Scripts of the power-cut proof in which a store is written: plain writes and groups, rotation into
// segments prepared in place, and standbys prepared beforehand.

import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from '../../src/codec/crc32.js';
import { SUPERBLOCK_NAME } from '../../src/format/file-name.js';
import {
  encodeSuperblockSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  SUPERBLOCK_BYTES,
} from '../../src/format/superblock.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import type { TestDisk } from '../support/test-disk.js';
import type { Bench, Script, WriteMix } from './bench.js';
import { fill, newDisk, writeOne } from './bench.js';
import { DIRECTORY, Session } from './session.js';

const PUTS: WriteMix = { put: 8, delete: 2, batch: 0, transaction: 0, commit: 0 };
const GROUPS: WriteMix = { put: 1, delete: 1, batch: 5, transaction: 2, commit: 3 };
const ANY: WriteMix = { put: 6, delete: 1, batch: 2, transaction: 1, commit: 1 };
const SEGMENT_BYTES = 65536;
/** How often the store's thread writes during a call of the syncer. */
const CONCURRENT_CHANCE = 0.2;

export const puts: Script = (bench) => writes(bench, PUTS);
export const batches: Script = (bench) => writes(bench, GROUPS);

async function writes(bench: Bench, mix: WriteMix): Promise<string[]> {
  const { choices, collector } = bench;
  const isIdling = choices.chance(0.15);
  const mode = isIdling || choices.chance(0.3) ? 'urgent' : 'told';
  const { seed } = bench;
  const disk = newDisk(bench);
  if (choices.chance(0.15)) await startHigh(disk, bench);
  const session = await Session.open(disk, { seed, mode, idleMs: isIdling ? 0 : 2 ** 30 });
  if (choices.chance(0.5)) fill(session, choices, choices.below(20_000));
  watch(bench, session);
  const count = choices.between(8, 30);
  for (let index = 0; index < count; index++) {
    const promise = writeOne(session, choices, mix);
    collector.pause(session.disk, session.expectation());
    if (mode === 'told' && choices.chance(0.25)) session.sync();
    if (mode === 'urgent' && choices.chance(0.3)) await promise;
    if (isIdling && choices.chance(0.1)) {
      // Long enough for the no-op of an idle store.
      await promise;
      await delay(3);
    }
  }
  return finish(bench, session);
}

/** A store whose next sequences pass the middle of an era, from where on an open begins a new one. */
async function startHigh(disk: TestDisk, bench: Bench): Promise<void> {
  const first = await Session.open(disk, { seed: bench.seed, mode: 'told' });
  await first.close();
  const { block } = readSuperblock(disk, DIRECTORY);
  const durable = 2 ** 31 - bench.choices.between(1, 60);
  const high = { ...block, durable, firstSequence: durable + 1 };
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    bytes.set(encodeSuperblockSlot(high, slot, crc32), slot * SLOT_BYTES);
  }
  disk.writeFileRaw(`${DIRECTORY}/${SUPERBLOCK_NAME}`, bytes);
}

/** Writes across the ends of segments, each prepared by the writer when it is needed. */
export const rotation: Script = async (bench) => {
  const { choices, collector } = bench;
  const session = await Session.open(newDisk(bench), { seed: bench.seed, mode: 'told' });
  fill(session, choices, SEGMENT_BYTES - choices.between(5000, 9000));
  watch(bench, session);
  const rotations = choices.between(1, 3);
  const lane = () => session.store.stats().lanes[0]!;
  for (let index = 0; index < 150 && lane().rotations < rotations; index++) {
    void writeOne(session, choices, ANY);
    collector.pause(session.disk, session.expectation());
    if (choices.chance(0.15)) session.sync();
  }
  for (let index = choices.below(8); index > 0; index--) {
    void writeOne(session, choices, ANY);
    collector.pause(session.disk, session.expectation());
    if (choices.chance(0.4)) session.sync();
  }
  return finish(bench, session);
};

/** Standbys prepared while the writer goes on, admitted sooner or later, used or left. */
export const preparing: Script = async (bench) => {
  const { choices, collector } = bench;
  const session = await Session.open(newDisk(bench), { seed: bench.seed, mode: 'told' });
  fill(session, choices, Math.floor(SEGMENT_BYTES * 0.75) - choices.between(500, 3000));
  watch(bench, session);
  const background = session.environment.current!;
  for (let index = choices.between(10, 60); index > 0; index--) {
    void writeOne(session, choices, ANY);
    collector.pause(session.disk, session.expectation());
    if (choices.chance(0.5)) background.prepare();
    if (choices.chance(0.2)) background.admitPrepared();
    if (choices.chance(0.2)) session.sync();
  }
  return finish(bench, session);
};

/** Cuts while a store is closed: with writes in flight, with standbys to remove. */
export const closing: Script = async (bench) => {
  const { choices, collector } = bench;
  const session = await Session.open(newDisk(bench), { seed: bench.seed, mode: 'urgent' });
  const segments = choices.below(3);
  fill(session, choices, segments * SEGMENT_BYTES + choices.below(SEGMENT_BYTES));
  if (choices.chance(0.6)) session.environment.current!.prepare();
  if (choices.chance(0.5)) session.environment.current!.admitPrepared();
  for (let index = choices.below(6); index > 0; index--) void writeOne(session, choices, ANY);
  watch(bench, session);
  await session.close();
  collector.pause(session.disk, session.expectation());
  collector.unwatch(session.disk);
  session.disk.assertNoLateStores();
  return session.problems;
};

export function watch(bench: Bench, session: Session): void {
  const { choices, collector } = bench;
  const meanwhile = () => {
    if (!session.isInRound || !choices.chance(CONCURRENT_CHANCE)) return;
    session.isInRound = false;
    void writeOne(session, choices, ANY);
    session.isInRound = true;
  };
  collector.watch(session.disk, () => session.expectation(), meanwhile);
}

/** The end of a script: the live store is closed in peace. */
export async function finish(bench: Bench, session: Session): Promise<string[]> {
  bench.collector.unwatch(session.disk);
  await session.close();
  session.disk.assertNoLateStores();
  return session.problems;
}
