// Recovery of logs of any number of lanes against a plain model: records written in turns, rotations
// anywhere, any of them lost. The first missing number ends history; whether that is a torn tail or
// corruption follows from what the surviving records know.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import { KIND_ROTATION_TRAILER } from '../../src/format/operation.js';
import { recover } from '../../src/recovery/recover.js';
import type { RecoveryReport } from '../../src/recovery/report.js';
import { LogBuilder, type SegmentBuilder } from '../support/log-builder.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';

const CASES = 150;

/** One record of the log: where it is and what it knows. */
interface Written {
  sequence: number;
  durable: number;
  lane: number;
  segment: SegmentBuilder;
  index: number;
  isTrailer: boolean;
}

interface Log {
  builder: LogBuilder;
  records: Written[];
}

/** Records of `lanes` lanes in turns, with syncs and rotations now and then. */
function write(random: () => number, lanes: number, count: number): Log {
  const builder = new LogBuilder({ firstSequence: 1 + Math.floor(random() * 5000) });
  let generation = 1;
  const active = Array.from({ length: lanes }, (_, lane) =>
    builder.segment({ lane, generation: generation++ }),
  );
  const first = active.map((segment) => segment.generation);
  const records: Written[] = [];
  const note = (segment: SegmentBuilder, isTrailer: boolean) => {
    const index = segment.offsets.length - 1;
    const { sequence, durable } = builder;
    records.push({ sequence, durable, lane: segment.lane, segment, index, isTrailer });
  };
  while (records.length < count) {
    const lane = Math.floor(random() ** 2 * lanes);
    const segment = active[lane]!;
    const dice = random();
    if (dice < 0.05) {
      active[lane] = builder.rotate(segment, generation++);
      note(segment, true);
    } else {
      if (dice < 0.75) builder.put(segment, records.length, 'v'.repeat(Math.floor(random() * 60)));
      else if (dice < 0.85) builder.delete(segment, Math.floor(random() * 99));
      else if (dice < 0.9) builder.noOp(segment);
      else
        builder.batch(segment, [
          [records.length, 1],
          [0, undefined],
        ]);
      note(segment, false);
    }
    if (random() < 0.15) builder.sync();
  }
  builder.openSuperblock(first.map((one, lane) => ({ lane, first: one })));
  return { builder, records };
}

/** Makes a record unreadable in one of the ways in which that happens. */
function lose(random: () => number, { segment, index }: Written): void {
  const start = segment.offsets[index]!;
  const end = segment.offsets[index + 1] ?? segment.end;
  const way = random();
  if (way < 0.3) segment.bytes.fill(0, start, end);
  else if (way < 0.6)
    segment.bytes[start + 4 + Math.floor(random() * 18)]! ^= 1 << Math.floor(random() * 8);
  else if (way < 0.8) segment.bytes.fill(0xff, start, start + 8);
  else segment.bytes.set(segment.bytes.slice(start + 8, end), start);
}

/** True if a lane whose record was lost looks as if it had ended there: zeros, and nothing behind. */
function looksComplete(log: Log, { segment, index }: Written, gone: Set<Written>): boolean {
  const isBehind = (one: Written) => one.segment === segment && one.index > index;
  if (log.records.some((one) => isBehind(one) && !gone.has(one))) return false;
  const start = segment.offsets[index]!;
  return segment.bytes.subarray(start, start + 4).every((byte) => byte === 0);
}

function recoverLog({ builder }: Log): {
  report: RecoveryReport;
  sequences: number[];
  lanes: number[];
} {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of builder.files) disk.writeFileRaw(`/store/${name}`, bytes);
  const sequences: number[] = [];
  const lanes: number[] = [];
  const before = disk.snapshotFiles();
  const report = recover(disk, '/store', {
    begin: () => undefined,
    accept: ({ reader, lane }) => {
      sequences.push(reader.sequence);
      lanes.push(lane.lane);
    },
  });
  if (
    disk.log.some(
      ({ operation }) => !['kind', 'list', 'openRead', 'read', 'close'].includes(operation),
    )
  )
    throw new Error('recovery changed something');
  for (const [path, bytes] of disk.snapshotFiles()) {
    if (!Buffer.from(bytes).equals(Buffer.from(before.get(path)!)))
      throw new Error(`${path} changed`);
  }
  return { report, sequences, lanes };
}

function randomOf(t: ExecutionContext): () => number {
  const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.log(`seed ${seed}`);
  return seededRandom(seed);
}

test('records of any number of lanes come in the order in which they were written', (t) => {
  const random = randomOf(t);
  for (const lanes of [1, 2, 3, 7, 20, 64]) {
    const log = write(random, lanes, 40 + lanes * 4);
    const { report, sequences, lanes: order } = recoverLog(log);
    t.is(report.outcome, 'unclean');
    t.deepEqual(
      sequences,
      log.records.map((record) => record.sequence),
    );
    t.deepEqual(
      order,
      log.records.map((record) => record.lane),
    );
    t.is(report.lastSequence, log.builder.sequence);
    t.is(report.records, log.records.length);
    t.is(report.droppedRecords, 0);
    t.is(report.durableEvidence, log.records.at(-1)!.durable);
  }
});

test('whatever is lost that was not durable, the prefix before it survives and nothing is refused', (t) => {
  const random = randomOf(t);
  let dropped = 0;
  for (let round = 0; round < CASES; round++) {
    const log = write(random, 1 + Math.floor(random() * 6), 50);
    const { durable } = log.builder;
    const pending = log.records.filter((record) => record.sequence > durable);
    const lost = pending.filter(() => random() < 0.4);
    for (const record of lost) lose(random, record);
    const end = (lost[0]?.sequence ?? log.builder.sequence + 1) - 1;
    const { report, sequences } = recoverLog(log);
    t.is(report.outcome, 'unclean', `${report.problem?.message}`);
    t.is(report.lastSequence, end);
    t.deepEqual(
      sequences,
      log.records.filter((one) => one.sequence <= end).map((one) => one.sequence),
    );
    const survivors = pending.filter((record) => record.sequence > end && !lost.includes(record));
    t.is(report.droppedRecords, survivors.length);
    dropped += survivors.length;
  }
  t.true(dropped > CASES, `${dropped} records dropped`);
});

test('a lost record is corruption exactly if a surviving one knows that it was durable', (t) => {
  const random = randomOf(t);
  const outcomes = { corrupt: 0, unclean: 0, clean: 0 };
  for (let round = 0; round < CASES; round++) {
    const log = write(random, 1 + Math.floor(random() * 5), 40);
    const lost = log.records.filter(() => random() < 0.03);
    const target = log.records[Math.floor(random() * log.records.length)]!;
    if (!lost.includes(target)) lost.push(target);
    // Evidence is rare where everything that could know is lost too.
    const isTail = random() < 0.6;
    if (isTail)
      lost.push(...log.records.filter((one) => one.sequence > target.sequence && random() < 0.988));
    const gone = new Set(lost);
    for (const record of gone) lose(random, record);
    const missing = Math.min(...lost.map((record) => record.sequence));
    const known = Math.max(
      0,
      ...log.records.filter((one) => !gone.has(one)).map((one) => one.durable),
    );
    const { report, sequences } = recoverLog(log);
    t.is(report.outcome, known >= missing ? 'corrupt' : 'unclean', `${missing} of ${known}`);
    t.is(report.lastSequence, missing - 1);
    t.deepEqual(
      sequences,
      log.records.filter((one) => one.sequence < missing).map((one) => one.sequence),
    );
    outcomes[report.outcome]++;
    if (report.outcome !== 'corrupt') continue;
    t.is(report.problem?.code, 'CORRUPT');
    const culprit = log.records.find((one) => one.sequence === missing)!;
    // Of several damaged lanes any may be named, and a lane that lost its end without a trace need not
    // be.
    if (new Set(lost.map((one) => one.lane)).size > 1 || looksComplete(log, culprit, gone))
      continue;
    t.is(report.problem?.file, `/store/${culprit.segment.name}`);
    t.is(report.problem?.offset, culprit.segment.offsets[culprit.index]);
  }
  t.log(outcomes);
  t.true(outcomes.corrupt > 20 && outcomes.unclean > 20);
});

test('a lane or segment that is gone is corruption, whatever the others hold', (t) => {
  const random = randomOf(t);
  for (let round = 0; round < 40; round++) {
    const log = write(random, 2 + Math.floor(random() * 4), 40);
    const trailers = log.records.filter((record) => record.isTrailer);
    const chained = new Set([
      ...trailers.map((record) => record.segment.name),
      ...log.records.map((record) => record.segment.name),
    ]);
    const names = [...chained];
    const name = names[Math.floor(random() * names.length)]!;
    log.builder.files.delete(name);
    const { report } = recoverLog(log);
    t.is(report.outcome, 'corrupt');
    t.is(report.problem?.file, `/store/${name}`);
    t.regex(String(report.problem?.message), /missing/);
  }
});

test('two records of the same sequence, or one before the first, are corruption', (t) => {
  const log = new LogBuilder({ firstSequence: 10 });
  const a = log.segment({ lane: 0, generation: 1 });
  const b = log.segment({ lane: 1, generation: 2 });
  log.put(a, 1, 'x');
  log.put(b, 2, 'x');
  log.sequence = 10;
  log.put(b, 3, 'again 11');
  log.openSuperblock([{ first: 1 }, { lane: 1, first: 2 }]);
  const { report } = recoverLog({ builder: log, records: [] });
  t.is(report.outcome, 'corrupt');
  t.regex(String(report.problem?.message), /out of order/);

  const early = new LogBuilder({ firstSequence: 10 });
  const segment = early.segment({ generation: 1 });
  early.sequence = 4;
  early.durable = 3;
  early.put(segment, 1, 'too early');
  early.openSuperblock([{ first: 1 }]);
  t.is(recoverLog({ builder: early, records: [] }).report.outcome, 'corrupt');
});

test('trailers take part in the order as every record does', (t) => {
  const log = write(seededRandom(5), 3, 120);
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of log.builder.files) disk.writeFileRaw(`/store/${name}`, bytes);
  let trailers = 0;
  recover(disk, '/store', {
    begin: () => undefined,
    accept: ({ reader }) => {
      if (reader.kind === KIND_ROTATION_TRAILER) trailers++;
    },
  });
  t.is(trailers, log.records.filter((record) => record.isTrailer).length);
  t.true(trailers > 2);
});
