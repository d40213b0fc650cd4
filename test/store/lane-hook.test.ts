// The hook of a lane: operations of a record get its sequence and become findable, single ones and
// those of batches and commits; other records change nothing.

import test from 'ava';

import { LANE_LAST_COMMIT } from '../../src/control/control-block.js';
import { scratchLocation, takeRun } from '../../src/control/pool.js';
import { encodeCommitSection } from '../../src/format/commit-section.js';
import {
  KIND_BATCH,
  KIND_COMMIT,
  KIND_NO_OP,
  kindWord,
  OPERATION_HEADER_BYTES,
  WORD_SEQUENCE,
} from '../../src/format/operation.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import { finishSearchKey } from '../../src/memtable/key-compare.js';
import { operationsIn } from '../../src/store/lane-hook.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { OperationBuffer } from '../../src/store/operation-buffer.js';

const keys = keyCodec('utf8');

function newLog() {
  const log = new LogMemory({
    memoryBytes: 1048576,
    segmentBytes: 65_536,
    logBytes: 0,
    lanesMax: 1,
    usesHugePages: false,
  });
  return { log, start: takeRun(log.control, 65_536) };
}

function bufferOf(...names: string[]): OperationBuffer {
  const buffer = new OperationBuffer();
  for (const name of names) buffer.addEncoded(Buffer.from(name), Uint8Array.of(1));
  return buffer;
}

/** Puts a group of operations into memory; returns where its data begins. */
function place(
  log: LogMemory,
  at: number,
  kind: number,
  section: Uint8Array,
  buffer: OperationBuffer,
) {
  const { words, bytes } = log.memory;
  words[at >>> 2] = kindWord(kind, 0, 0);
  words[(at >>> 2) + 1] = buffer.count;
  bytes.set(section, at + OPERATION_HEADER_BYTES);
  const operations = at + OPERATION_HEADER_BYTES + section.length;
  bytes.set(buffer.bytes.subarray(0, buffer.length), operations);
  return at;
}

function find(log: LogMemory, name: string): number {
  const scratch = scratchLocation(0);
  const start = scratch * 8 + OPERATION_HEADER_BYTES;
  finishSearchKey(log.memory, scratch, keys.encode(name, log.memory, start));
  return log.memtable.find(scratch);
}

test('a single operation becomes findable', (t) => {
  const { log, start } = newLog();
  const buffer = bufferOf('a');
  log.memory.bytes.set(buffer.bytes.subarray(0, buffer.length), start);
  t.is(operationsIn(log.memory.words, start), 1);
  log.reserve(1);
  log.hook.insert(start);
  t.is(find(log, 'a'), start >>> 3);
  t.is(find(log, 'b'), 0);
});

test('every operation of a batch gets its sequence and becomes findable', (t) => {
  const { log, start } = newLog();
  const names = ['a', 'a longer one', 'b', 'c'];
  const data = place(log, start, KIND_BATCH, new Uint8Array(0), bufferOf(...names));
  t.is(operationsIn(log.memory.words, data), 4);
  log.hook.stamp(data, 77);
  log.reserve(4);
  log.hook.insert(data);
  for (const name of names) {
    const found = find(log, name);
    t.true(found > data >>> 3);
    t.is(log.memory.words[found * 2 + WORD_SEQUENCE], 77);
  }
  t.is(log.memtable.liveKeys, 4);
});

test('a commit is remembered, its operations found past its section', (t) => {
  const { log, start } = newLog();
  const section = encodeCommitSection({ offsets: { source: 1 }, watermark: 2 });
  const data = place(log, start, KIND_COMMIT, section, bufferOf('a', 'b'));
  log.hook.stamp(data, 5);
  log.reserve(2);
  log.hook.insert(data);
  t.true(find(log, 'a') > 0 && find(log, 'b') > 0);
  t.is(log.control.words[log.control.laneStart(0) + LANE_LAST_COMMIT], data >>> 3);
});

test('a record without operations changes nothing', (t) => {
  const { log, start } = newLog();
  log.memory.words[start >>> 2] = kindWord(KIND_NO_OP, 0, 0);
  log.memory.words[(start >>> 2) + 1] = 0;
  t.is(operationsIn(log.memory.words, start), 0);
  log.hook.insert(start);
  t.is(log.memtable.keys, 0);
});
