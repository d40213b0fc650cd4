// What docs/seeds.md says of appending: every kind of entry, through either medium, comes back as it
// went in, in its order, and costs the checksum of every bit.

import test from 'ava';

import type { CommitFacts, Log, LogBytes, LogEntry } from '../../src/wal-api.js';
import { isLaneError, LaneError, readLog } from '../../src/wal-api.js';
import {
  MEDIA,
  numbered,
  openNewOn,
  openOn,
  openReal,
  PATH,
  realCopy,
  SEGMENT_BYTES,
  segmentFiles,
  textsOf,
  textsOn,
} from './seed-logs.js';

const RECORD_HEADER_BYTES = 8;
const SEGMENT_HEADER_BYTES = 4096;

test('appends return ascending sequences and rotate; all of it comes back in order', async (t) => {
  for (const io of MEDIA) {
    const { log, disk } = await openNewOn({ io });
    const texts = numbered(3000, 60);
    const sequences = texts.map((text) => log.append(text));
    t.true(sequences.every((one, index) => index === 0 || one > sequences[index - 1]!));
    t.is(sequences[0], 1);
    t.is(log.nextSequence, sequences.at(-1)! + 1);
    t.true(log.stats().rotations > 3);
    log.flushSync();
    const entries = [...log.entries()];
    t.deepEqual(textsOf(entries), texts);
    t.deepEqual(
      entries.map((entry) => entry.sequence),
      sequences,
    );
    await log.close();
    t.deepEqual(textsOf(readLog(realCopy(t, disk))), texts);
  }
});

test('a standby is prepared from a quarter of a segment on, so a rotation finds it', async (t) => {
  for (const io of MEDIA) {
    const { log, background } = await openNewOn({ io }, { prepares: true });
    const isAsked = () => {
      background.runRound();
      return log.stats().standbys > 0;
    };
    while (log.position < SEGMENT_BYTES / 8) log.append('x'.repeat(200));
    t.false(isAsked());
    while (log.position < (SEGMENT_BYTES * 3) / 8) log.append('x'.repeat(200));
    t.true(isAsked());
    while (log.stats().rotations === 0) log.append('x'.repeat(200));
    const { inPlace, stalls } = log.stats();
    t.deepEqual({ inPlace, stalls }, { inPlace: 0, stalls: 0 });
    await log.close();
  }
});

test('a Buffer, a byte array, a part of a larger one and a text are the same entry', async (t) => {
  const text = 'na\u00efve \u{1f30a} text';
  const buffer = Buffer.from(text);
  const larger = new Uint8Array(buffer.length + 9);
  larger.set(buffer, 5);
  const forms: LogBytes[] = [
    buffer,
    new Uint8Array(buffer),
    larger.subarray(5, 5 + buffer.length),
    text,
  ];
  const log = await openReal(t);
  for (const form of forms) log.append(form);
  larger.fill(0);
  await log.sync();
  const entries = [...log.entries()];
  t.deepEqual(textsOf(entries), [text, text, text, text]);
  t.is(new Set(entries.map(({ position, end }) => end - position)).size, 1);
});

test('a put and a delete state key and value, and begin where the log ended', async (t) => {
  const log = await openReal(t);
  const starts = [log.position];
  log.appendPut('key', Uint8Array.of(0, 255));
  starts.push(log.position);
  log.appendDelete(Uint8Array.of(107, 101, 121));
  starts.push(log.position);
  log.appendPut('', '');
  await log.sync();
  const entries = [...log.entries()];
  const key = Uint8Array.of(107, 101, 121);
  t.like(entries[0], { kind: 'put', key, value: Uint8Array.of(0, 255) });
  t.like(entries[1], { kind: 'delete', key });
  t.like(entries[2], { kind: 'put', key: new Uint8Array(0), value: new Uint8Array(0) });
  t.deepEqual(
    entries.map((entry) => entry.position),
    starts,
  );
});

function factsOf({ offsets, watermark }: LogEntry & { kind: 'commit' }): CommitFacts {
  return watermark === undefined ? { offsets } : { offsets, watermark };
}

function appendEntry(log: Log, entry: LogEntry): void {
  if (entry.kind === 'bytes') log.append(entry.data);
  else if (entry.kind === 'put') log.appendPut(entry.key, entry.value);
  else if (entry.kind === 'delete') log.appendDelete(entry.key);
  else if (entry.kind === 'batch') log.appendBatch(entry.operations);
  else if (entry.kind === 'commit') log.appendCommit(factsOf(entry), entry.operations);
  else if (entry.kind === 'checkpoint') log.appendCheckpoint(entry.id);
  else log.appendEpochBarrier(entry.epoch);
}

/** Entries of every kind, those of one key among them. */
function appendAll(log: Log, round: number): void {
  log.append(`bytes ${round}`);
  log.appendPut('key', `${round}`);
  log.appendEpochBarrier();
  log.appendBatch([
    { type: 'delete', key: 'key' },
    { type: 'put', key: 'other', value: `${round}` },
  ]);
  log.appendCheckpoint(round);
  log.appendCommit({ offsets: { source: round }, watermark: -round }, [
    { type: 'put', key: 'key', value: 'in a commit' },
  ]);
  log.appendDelete('key');
}

const KINDS = ['bytes', 'put', 'epoch-barrier', 'batch', 'checkpoint', 'commit', 'delete'];

test('entries and markers are read in the order in which they were appended', async (t) => {
  for (const io of MEDIA) {
    const { log, background } = await openNewOn({ io });
    for (let round = 1; round <= 200; round++) {
      appendAll(log, round);
      if (round % 3 === 0) background.runRound();
    }
    log.flushSync();
    const kinds = Array.from(log.entries(), (entry) => entry.kind);
    t.deepEqual(kinds, Array.from({ length: 200 }, () => KINDS).flat());
    t.true(log.stats().rotations > 0);
    await log.close();
  }
});

test('entries that were read can be appended again: the copy of a log is the same', async (t) => {
  const source = await openReal(t);
  for (let round = 1; round <= 20; round++) appendAll(source, round);
  await source.sync();
  const target = await openReal(t);
  for (const entry of source.entries()) appendEntry(target, entry);
  await target.sync();
  t.is([...source.entries()].length, 20 * KINDS.length);
  t.deepEqual([...target.entries()], [...source.entries()]);
});

test('a ready operation is appended as it is, alone or with others', async (t) => {
  const log = await openReal(t);
  const put = { type: 'put', key: 'a', value: 'b' } as const;
  log.appendBatch([put]);
  log.appendBatch([put, { type: 'delete', key: 'a' }]);
  await log.sync();
  const [one, two] = [...log.entries()];
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  const expected = { type: 'put', key: bytes('a'), value: bytes('b') };
  t.like(one, { kind: 'batch', operations: [expected] });
  t.like(two, { kind: 'batch', operations: [expected, { type: 'delete', key: bytes('a') }] });
});

test('a checkpoint marker keeps its id, up to the largest safe integer', async (t) => {
  const log = await openReal(t);
  const ids = [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
  for (const id of ids) log.appendCheckpoint(id);
  for (const id of [-1, 0.5, 2 ** 53]) {
    t.throws(() => log.appendCheckpoint(id), { instanceOf: RangeError });
  }
  await log.sync();
  t.deepEqual(
    textsOf(log.entries()),
    ids.map((id) => `checkpoint ${id}`),
  );
});

test('a barrier begins the next epoch or the one it names, never one that has been', async (t) => {
  const log = await openReal(t);
  t.is(log.epoch, 1);
  log.append('of the first');
  log.appendEpochBarrier();
  log.append('of the second');
  log.appendEpochBarrier(7);
  t.is(log.epoch, 7);
  for (const epoch of [7, 1, 2 ** 32]) {
    t.throws(() => log.appendEpochBarrier(epoch), { instanceOf: RangeError });
  }
  log.append('of the seventh');
  await log.sync();
  const epochs = Array.from(log.entries(), (entry) => [entry.kind, entry.epoch]);
  t.deepEqual(epochs, [
    ['bytes', 1],
    ['epoch-barrier', 2],
    ['bytes', 2],
    ['epoch-barrier', 7],
    ['bytes', 7],
  ]);
});

test('a commit keeps its offsets, its watermark, if it has one, and its operations', async (t) => {
  const log = await openReal(t);
  const offsets = { first: 0, second: Number.MAX_SAFE_INTEGER };
  log.appendCommit({ offsets, watermark: -5 });
  log.appendCommit({ offsets: {} }, [{ type: 'delete', key: 'k' }]);
  await log.sync();
  const [one, two] = [...log.entries()];
  t.like(one, { kind: 'commit', offsets, watermark: -5, operations: [] });
  t.like(two, { kind: 'commit', offsets: {}, operations: [{ type: 'delete' }] });
  t.false('watermark' in two!);
});

test('a record is length, checksum and data, and any bit of it that flips is found', async (t) => {
  const { log, disk } = await openNewOn();
  const ends: number[] = [];
  for (const text of ['first', 'the second', 'third']) {
    log.append(text);
    ends.push(log.position);
    log.flushSync();
  }
  const killed = disk.kill();
  const file = `${PATH}/${segmentFiles(killed)[0]}`;
  const start = SEGMENT_HEADER_BYTES + ends[0]!;
  const length = new DataView(killed.readFileRaw(file).buffer).getUint32(start, true);
  t.is(Math.ceil((RECORD_HEADER_BYTES + length) / 8) * 8, ends[1]! - ends[0]!);
  t.deepEqual(await textsOn(killed), ['first', 'the second', 'third']);
  for (let bit = 0; bit < (RECORD_HEADER_BYTES + length) * 8; bit++) {
    const damaged = killed.kill();
    damaged.flipBit(file, start + (bit >> 3), bit & 7);
    const error = await t.throwsAsync(openOn(damaged), { instanceOf: LaneError });
    t.true(isLaneError(error, 'CORRUPT'));
    t.is(error?.offset, start);
  }
});

test('a table of inputs has the same result through either medium, nothing at all too', async (t) => {
  const inputs: unknown[] = ['', new Uint8Array(0), 'a', new Uint8Array(61384), '\ud800', 5, null];
  inputs.push(new Uint8Array(61385), new Uint8Array(70000), 'x'.repeat(70000), ['a']);
  const results = [];
  for (const io of MEDIA) {
    const { log } = await openNewOn({ io });
    const outcomes = inputs.map((input) => {
      try {
        return log.append(input as LogBytes);
      } catch (error) {
        return isLaneError(error) ? error.code : (error as Error).name;
      }
    });
    log.flushSync();
    const lengths = Array.from(
      log.entries(),
      (entry) => entry.kind === 'bytes' && entry.data.length,
    );
    results.push({ outcomes, lengths });
    await log.close();
  }
  t.deepEqual(results[1], results[0]);
  t.deepEqual(results[0]?.lengths, [0, 0, 1, 61384]);
  const refused = ['TypeError', 'TypeError', 'TypeError'];
  const tooLarge = ['RECORD_TOO_LARGE', 'RECORD_TOO_LARGE', 'RECORD_TOO_LARGE'];
  t.deepEqual(results[0]?.outcomes.slice(4), [...refused, ...tooLarge, 'TypeError']);
});
