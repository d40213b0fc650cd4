// Logs whose sequences, positions, epochs, generations and shared words start just below 2^31, 2^32 or their
// limits: appended to, rotated, retired, cut off, recovered and reopened beside a plain list of entries.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import {
  DURABLE,
  LANE_IN_PLACE,
  LANE_ROTATIONS,
  LANE_STALLS,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
  PREPARE_DONE,
  PREPARE_REQUEST,
  ROUND,
  SYNC_COUNT,
  SYNC_REQUEST,
} from '../../src/control/control-block.js';
import { ERA_MAX } from '../../src/format/operation.js';
import type { Superblock } from '../../src/format/superblock.js';
import { encodeSuperblockSlot, SLOT_BYTES, SUPERBLOCK_BYTES } from '../../src/format/superblock.js';
import { readLog } from '../../src/log/read-log.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { compareLog } from '../log-power/log-model.js';
import { DIRECTORY, LogSession } from '../log-power/log-session.js';
import { Choices } from '../support/choices.js';
import { fillLog, openTestLog, textsOf } from '../support/logs.js';
import { throwsWith } from '../support/stores.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { TestDisk } from '../support/test-disk.js';

const HALF = 2 ** 31;
const WHOLE = 2 ** 32;

interface Start {
  sequence?: number;
  position?: number;
  epoch?: number;
  generation?: number;
  counter?: number;
  /** Of the global words and the lane's. */
  words?: { global: number[]; lane: number[]; value: number };
}

function startsAt(): Record<string, Start> {
  const starts: Record<string, Start> = {};
  const wrapping = [ROUND, SYNC_REQUEST, PREPARE_REQUEST, PREPARE_DONE];
  const lane = [LANE_ROTATIONS, LANE_STALLS, LANE_IN_PLACE];
  for (const distance of [0, 1, 40]) {
    for (const era of [0, 2 ** 20, ERA_MAX - 1]) {
      // From 2^31 on an open begins a new era.
      const sequence = era * WHOLE + HALF - 1 - distance;
      starts[`sequences at 2^31 - ${1 + distance} of era ${era}`] = { sequence };
    }
    for (const power of [31, 32, 41, 52]) {
      starts[`positions at 2^${power} - ${distance * 8}`] = { position: 2 ** power - distance * 8 };
    }
    starts[`epochs at 2^31 - ${distance}`] = { epoch: HALF - distance };
    starts[`generations at 2^31 - ${distance}`] = { generation: HALF - distance };
    starts[`the superblock's counter at 2^32 - ${distance}`] = { counter: WHOLE - distance };
    const value = HALF - distance;
    starts[`words at 2^31 - ${distance}`] = {
      words: { global: [...wrapping, SYNC_COUNT], lane, value },
    };
    starts[`words at 2^32 - ${distance}`] = {
      words: { global: wrapping, lane: [], value: WHOLE - distance },
    };
  }
  return starts;
}

/** A closed log without entries that begins there. */
async function newLog(mappable: boolean, start: Start): Promise<TestDisk> {
  const disk = new TestDisk({ seed: 1, mappable });
  disk.makeDirectoryRaw(DIRECTORY);
  const { sequence } = start;
  const options = sequence === undefined ? {} : { startSequence: sequence };
  const session = await LogSession.open(disk, 1, options);
  await session.close();
  const { block } = readSuperblock(disk, DIRECTORY);
  rewrite(disk, {
    ...block,
    epoch: start.epoch ?? block.epoch,
    nextGeneration: start.generation ?? block.nextGeneration,
    counter: start.counter ?? block.counter,
    log: { basePosition: start.position ?? 0 },
  });
  return disk;
}

function rewrite(disk: TestDisk, block: Superblock): void {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  bytes.set(encodeSuperblockSlot(block, 0, crc32));
  bytes.set(encodeSuperblockSlot({ ...block, counter: block.counter + 1 }, 1, crc32), SLOT_BYTES);
  disk.writeFileRaw(`${DIRECTORY}/superblock`, bytes);
}

function fill(session: LogSession, choices: Choices, rotations: number): void {
  const before = session.log.stats().rotations;
  for (let index = 0; session.log.stats().rotations < before + rotations; index++) {
    session.append(choices, 6000);
    if (choices.chance(0.3)) session.sync();
    if (index > 1000) throw new Error('it does not rotate');
  }
}

/** What a reader finds, who is not kept away by numbers that only a writer needs. */
function readAll(t: ExecutionContext, disk: TestDisk) {
  const directory = temporaryDirectory(t);
  disk.kill().toDirectory(directory, DIRECTORY);
  return [...readLog(directory)];
}

function holdsAll(t: ExecutionContext, session: LogSession): void {
  t.is(compareLog(session.log, session.model.expectation()), session.model.entries.length);
}

for (const mappable of [true, false]) {
  for (const [title, start] of Object.entries(startsAt())) {
    test(`${title} are crossed by a ${mappable ? 'mapped' : 'buffered'} log`, async (t) => {
      for (const crash of ['power cut', 'kill']) {
        const choices = new Choices(7);
        const disk = await newLog(mappable, start);
        const session = await LogSession.open(disk, 1);
        const { log, model } = session;
        model.firsts = [start.position ?? 0];
        t.is(log.position, start.position ?? 0);
        const { control } = session.environment.current!;
        const { words } = control;
        const laneAt = control.laneStart(0);
        for (const word of start.words?.global ?? []) words[word] = start.words!.value | 0;
        for (const word of start.words?.lane ?? []) words[laneAt + word] = start.words!.value | 0;
        const before = log.stats();
        fill(session, choices, 3);
        session.sync();
        holdsAll(t, session);
        const after = log.stats();
        t.is(after.rotations, before.rotations + 3);
        t.true(after.syncs > before.syncs && before.syncs >= 0 && after.stalls >= 0);
        t.is(log.syncedPosition, log.position);
        session.retire(choices);
        holdsAll(t, session);
        fill(session, choices, 1);
        session.sync();

        const left = crash === 'kill' ? disk.kill() : disk.cut(1, 'lose-all-unsynced');
        const next = await LogSession.open(left, 1, {}, model);
        t.is(next.log.recovery.outcome, 'unclean');
        holdsAll(t, next);
        fill(next, choices, 2);
        next.sync();
        holdsAll(t, next);
        await next.close();
        const last = await LogSession.open(left, 1, {}, model);
        t.is(last.log.recovery.outcome, 'clean');
        holdsAll(t, last);
        await last.close();
      }
    });
  }
}

test('an epoch beyond the last is a RangeError, and the last one is kept', async (t) => {
  const disk = await newLog(false, { epoch: WHOLE - 2 });
  const { log } = await LogSession.open(disk, 1);
  log.appendEpochBarrier();
  t.is(log.epoch, WHOLE - 1);
  const { nextSequence } = log;
  t.throws(() => log.appendEpochBarrier(), { instanceOf: RangeError });
  t.throws(() => log.appendEpochBarrier(WHOLE), { instanceOf: RangeError });
  t.is(log.nextSequence, nextSequence);
});

test('without sequences in the era an append is SEQUENCE_LIMIT, nothing written', async (t) => {
  const disk = await newLog(false, {});
  const { log, environment } = await LogSession.open(disk, 1);
  log.append('first');
  const { words } = environment.current!.control;
  words[NEXT_SEQUENCE] = 0xffff0000 | 0;
  words[DURABLE] = (0xffff0000 - 1) | 0;
  const { position } = log;
  throwsWith(t, 'SEQUENCE_LIMIT', () => log.append(Buffer.alloc(61_360)));
  throwsWith(t, 'SEQUENCE_LIMIT', () => log.appendPut('a', Buffer.alloc(61_360)));
  t.deepEqual([log.position, log.nextSequence], [position, 0xffff0000]);
  t.false(log.stats().isPoisoned);
});

test('without generations a log is filled, read, retired and closed, and then only read', async (t) => {
  const choices = new Choices(3);
  const disk = await newLog(false, {});
  const session = await LogSession.open(disk, 1);
  const { log, environment } = session;
  fill(session, choices, 2);
  session.sync();
  environment.current!.control.words[NEXT_GENERATION] = (WHOLE - 1) | 0;
  const end = () => {
    for (let index = 0; index < 100; index++) session.append(choices, 6000);
  };
  const { nextSequence, position } = log;
  const fits = () => [log.nextSequence >= nextSequence, log.position >= position];
  throwsWith(t, 'SEQUENCE_LIMIT', end);
  t.deepEqual(fits(), [true, true]);
  session.sync();
  holdsAll(t, session);
  // A segment that is given up would serve again under a new number: it is removed.
  session.model.firsts = [log.segments[1]!.position];
  t.is(log.retire(log.segments[1]!.position), 1);
  t.false(log.stats().isPoisoned);
  holdsAll(t, session);
  await session.close();
  await t.throwsAsync(LogSession.open(disk.kill(), 1), { code: 'SEQUENCE_LIMIT' });
  const read = readAll(t, disk);
  t.is(read.at(-1)?.sequence, session.model.entries.at(-1)?.sequence);
});

test('a segment that is given up when there are no generations is removed, not used again', async (t) => {
  const { log, disk, environment, sync } = await openTestLog({}, { prepares: false });
  const texts = fillLog(log, 2);
  sync();
  environment.current!.control.words[NEXT_GENERATION] = (WHOLE - 1) | 0;
  const [first, second] = log.segments;
  t.is(log.retire(second!.position), 1);
  t.false(log.stats().isPoisoned);
  t.is(disk.kind(first!.path), 'none');
  const left = textsOf(log.entries());
  t.deepEqual(left, texts.slice(-left.length));
});

test('positions end before they would not be exact: SEQUENCE_LIMIT, and the log is still read', async (t) => {
  const last = 2 ** 53 - 2 ** 51;
  const disk = await newLog(false, { position: last - 32 });
  const session = await LogSession.open(disk, 1);
  session.model.firsts = [last - 32];
  const choices = new Choices(5);
  for (let index = 0; index < 10; index++) session.append(choices, 100);
  session.sync();
  holdsAll(t, session);
  await session.close();
  const left = disk.kill();
  const before = left.stateHash();
  await t.throwsAsync(LogSession.open(left, 1), { code: 'SEQUENCE_LIMIT', message: /positions/ });
  t.is(left.stateHash(), before, 'no byte is changed');
  t.is(readAll(t, left).length, 10);
});

test('half of the last era used: a log is refused for writing and still read', async (t) => {
  const disk = await newLog(false, { sequence: ERA_MAX * WHOLE + HALF - 3 });
  const session = await LogSession.open(disk, 1);
  const choices = new Choices(4);
  for (let index = 0; index < 10; index++) session.append(choices, 100);
  session.sync();
  holdsAll(t, session);
  await session.close();
  const left = disk.kill();
  const before = left.stateHash();
  await t.throwsAsync(LogSession.open(left, 1), { code: 'SEQUENCE_LIMIT', message: /eras/ });
  t.is(left.stateHash(), before, 'no byte is changed');
  t.is(readAll(t, left).length, 10);
});
