// The newest operation of every key, in whatever order records come, compared with a map.

import test from 'ava';

import { ERA } from '../../src/control/control-block.js';
import { scratchLocation } from '../../src/control/pool.js';
import { MemtableCursor } from '../../src/memtable/cursor.js';
import { SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { CopySink, lastCommitLocation } from '../../src/store/copy-sink.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { NewestOperations } from '../../src/store/newest-operations.js';
import { ProgressMeter } from '../../src/store/progress.js';
import { Choices } from '../support/choices.js';
import { encodeRecord, type SampleRecord } from '../support/record-codec.js';

const ERA_OF_LIVE = 5;

class Gathered {
  readonly log = new LogMemory({
    ...{ memoryBytes: 1 << 20, segmentBytes: 65536, logBytes: 1 << 20 },
    ...{ lanesMax: 1, usesHugePages: false },
  });
  readonly copy = new CopySink(
    this.log,
    { storeId: new Uint8Array(16), firstGeneration: 1, segmentBytes: 65536 },
    new ProgressMeter(undefined),
  );
  readonly newest = new NewestOperations(this.log, this.copy);

  constructor() {
    this.log.control.words[ERA] = 99;
  }

  take(record: SampleRecord): void {
    const encoded = encodeRecord(record);
    const bytes = new Uint8Array(Math.ceil(encoded.length / 8) * 8 + 64);
    bytes.set(encoded, 16);
    this.newest.take({ words: new Int32Array(bytes.buffer), bytes }, 24, ERA_OF_LIVE);
  }

  /** Key, value, era and sequence of every key that is not deleted. */
  entries(): Map<string, string> {
    const { words, buffer } = this.log.memory;
    const cursor = new MemtableCursor(this.log.memtable, {
      ...{ lower: undefined, isLowerIncluded: true, upper: undefined, isUpperIncluded: true },
      ...{ isReverse: false, sequence: SEQUENCE_NEWEST, keepsDeletes: false },
      scratch: scratchLocation(0),
    });
    const entries = new Map<string, string>();
    const run = new Int32Array(64);
    while (!cursor.isDone) {
      const count = cursor.fill(run, run.length, 1024);
      for (const location of run.subarray(0, count)) {
        const at = location * 2;
        const key = location * 8 + 24;
        const value = key + (words[at]! >>> 16);
        const hex = buffer.toString('hex', value, value + words[at + 1]!);
        entries.set(buffer.toString('hex', key, value), `${hex} ${words[at + 4]}:${words[at + 2]}`);
      }
    }
    return entries;
  }
}

function anyRecord(choices: Choices, sequence: number): SampleRecord {
  const operation = () => {
    const key = Buffer.from(`key ${choices.below(12)}`).toString('hex');
    return choices.chance(0.3)
      ? { key }
      : { key, value: Buffer.from(`${sequence}`).toString('hex') };
  };
  const head = { sequence, durable: 0, ...(choices.chance(0.5) && { era: choices.below(9) }) };
  if (choices.chance(0.1)) return { ...head, kind: 'no-op' };
  if (choices.chance(0.4)) {
    const operations = Array.from({ length: choices.below(5) }, operation);
    return { ...head, kind: 'batch', operations };
  }
  const { key, value } = operation();
  return value === undefined
    ? { ...head, kind: 'delete', key }
    : { ...head, kind: 'put', key, value };
}

/** The same with a map, in the order of eras and sequences. */
function expected(records: SampleRecord[]): Map<string, string> {
  const order = ({ era = ERA_OF_LIVE, sequence }: SampleRecord) => era * 2 ** 32 + sequence;
  const entries = new Map<string, string>();
  for (const record of [...records].sort((a, b) => order(a) - order(b))) {
    const { era = ERA_OF_LIVE, sequence, kind, key = '' } = record;
    const single = kind === 'put' || kind === 'delete' ? [{ key, value: record.value }] : [];
    for (const change of [...single, ...(record.operations ?? [])]) {
      if (change.value === undefined) entries.delete(change.key);
      else entries.set(change.key, `${change.value} ${era}:${sequence}`);
    }
  }
  return entries;
}

test('whatever the order of the records, the newest operation of each key stays', (t) => {
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  for (let round = 0; round < 40; round++) {
    const choices = new Choices(seed + round);
    const records = Array.from({ length: 60 }, (_, index) => anyRecord(choices, index + 1));
    const shuffled = records
      .map((record) => ({ record, place: choices.below(1e6) }))
      .sort((a, b) => a.place - b.place)
      .map(({ record }) => record);
    const gathered = new Gathered();
    for (const record of shuffled) gathered.take(record);
    // Records that were found twice change nothing.
    for (const record of shuffled.slice(0, 20)) gathered.take(record);
    t.deepEqual(gathered.entries(), new Map([...expected(records)].sort()));
  }
});

test('the commit with the largest sequence stays, with its facts and without its operations', (t) => {
  const commit = (sequence: number, offset: number, era?: number): SampleRecord => ({
    ...{ kind: 'commit', sequence, durable: 0, ...(era !== undefined && { era }) },
    commit: { offsets: { source: offset }, watermark: -offset },
    operations: [{ key: '61', value: '62' }],
  });
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
  ]) {
    const records = [commit(9, 1), commit(8, 2), commit(3, 3, 6), commit(50, 4, 2)];
    const gathered = new Gathered();
    for (const index of order) gathered.take(records[index]!);
    t.deepEqual(gathered.newest.finish(), { offsets: { source: 3 }, watermark: -3 });
    const { words } = gathered.log.memory;
    const at = lastCommitLocation(gathered.log) * 2;
    t.deepEqual([words[at + 1], words[at + 2], words[at + 4]], [0, 3, 6]);
  }
});

test('without a commit there are no facts', (t) => {
  const gathered = new Gathered();
  gathered.take({ kind: 'put', sequence: 1, durable: 0, key: '61', value: '62' });
  t.is(gathered.newest.finish(), undefined);
  t.is(lastCommitLocation(gathered.log), 0);
});
