// Memory of a log: as large as the user allows, larger while a larger log is loaded, and then limited.

import test from 'ava';

import { ERA, FREE_CHUNKS } from '../../src/control/control-block.js';
import { CHUNK_BYTES, takeRun } from '../../src/control/pool.js';
import { isLaneError } from '../../src/errors.js';
import { LogMemory, tooLarge } from '../../src/store/log-memory.js';

const MIB = 1048576;

function shape(memoryBytes: number, logBytes: number) {
  return { memoryBytes, segmentBytes: 65_536, logBytes, lanesMax: 1, usesHugePages: false };
}

test('a new log has the memory that the user allows, all of it free', (t) => {
  const log = new LogMemory(shape(4 * MIB, 0));
  t.is(log.control.words[FREE_CHUNKS], 64);
  const { usedBytes, limitBytes } = log.usage();
  t.true(limitBytes >= 4 * MIB);
  t.true(usedBytes <= 2 * CHUNK_BYTES);
  t.is(log.era, 0);
  log.control.words[ERA] = 7;
  t.is(log.era, 7);
  log.limitToBudget();
  t.is(log.control.words[FREE_CHUNKS], 64);
});

test('a log larger than the memory is loaded, and nothing is free afterwards', (t) => {
  const log = new LogMemory(shape(MIB, 10 * MIB));
  t.true(log.pool.byteLength >= 25 * MIB);
  t.true(takeRun(log.control, 10 * MIB) > 0);
  log.limitToBudget();
  t.is(log.control.words[FREE_CHUNKS], 0);
  t.is(takeRun(log.control, CHUNK_BYTES), -1);
  t.is(log.usage().usedBytes, log.usage().limitBytes);
});

test('what a smaller log leaves of the memory stays free, no more', (t) => {
  const log = new LogMemory(shape(4 * MIB, 3 * MIB));
  const free = log.control.words[FREE_CHUNKS]!;
  t.true(takeRun(log.control, 3 * MIB) > 0);
  log.limitToBudget();
  t.is(log.control.words[FREE_CHUNKS], 64 - 48);
  t.true(free > 64);
});

test('a log beyond every limit is STORE_FULL', (t) => {
  t.true(isLaneError(tooLarge(), 'STORE_FULL'));
  const log = new LogMemory(shape(MIB, 0));
  const error = t.throws(() => log.reserve(1_000_000));
  t.true(isLaneError(error, 'STORE_FULL'));
  t.notThrows(() => log.reserve(0));
  t.notThrows(() => log.reserve(1));
});
