// The records of one lane across its segments: sealed ones first, then live ones; the rules of both, and
// what its end says.

import test from 'ava';

import { KIND_ROTATION_TRAILER } from '../../src/format/operation.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { LaneStream } from '../../src/recovery/lane-stream.js';
import { DIRECTORY, diskOf } from '../support/built-log.js';
import { LogBuilder, type SegmentBuilder } from '../support/log-builder.js';
import { throwsWith } from '../support/stores.js';

interface Chain {
  first: number;
  live?: number;
  /** Where a clean close left the log. */
  end?: SegmentBuilder;
  lane?: number;
  firstOffset?: number;
  firstSequence?: number;
}

function streamOf(log: LogBuilder, chain: Chain): LaneStream {
  const { first, live = first, end, lane = 0 } = chain;
  const source = {
    fileSystem: diskOf(log),
    directory: DIRECTORY,
    storeId: log.storeId,
    isClean: end !== undefined,
    firstSequence: chain.firstSequence ?? log.firstSequence,
  };
  return new LaneStream(source, {
    lane,
    firstGeneration: first,
    liveGeneration: live,
    endGeneration: end?.generation ?? 0,
    endOffset: end?.end ?? 0,
    ...(chain.firstOffset === undefined ? {} : { firstOffset: chain.firstOffset }),
  });
}

/** Every record: sequence, and whether it is of the sealed part. */
function readAll(stream: LaneStream): [number, boolean][] {
  const found: [number, boolean][] = [];
  while (stream.advance()) found.push([stream.reader.sequence, stream.isSealed]);
  return found;
}

/** Two sealed segments, then two live ones. */
function sealedAndLive(): { log: LogBuilder; sealed: SegmentBuilder[]; live: SegmentBuilder[] } {
  const log = new LogBuilder({ era: 3, firstSequence: 1 });
  const sealed = [4, 5].map((generation) => log.segment({ generation, isSealed: true }));
  log.sealed(sealed[0]!, 1, 700, ['a', 'old']);
  log.sealed(sealed[0]!, 2, 5, ['b', 'newer era, lower number']);
  log.seal(sealed[0]!, 5);
  log.sealed(sealed[1]!, 2, 9, ['c', 'x']);
  log.seal(sealed[1]!, 6);
  const first = log.segment({ generation: 6 });
  log.put(first, 'd', 1);
  const second = log.rotate(first, 7);
  log.put(second, 'e', 2);
  return { log, sealed, live: [first, second] };
}

test('sealed segments come first, then the live ones, each naming the next', (t) => {
  const { log } = sealedAndLive();
  const stream = streamOf(log, { first: 4, live: 6 });
  t.true(stream.isSealed);
  t.deepEqual(readAll(stream), [
    [700, true],
    [5, true],
    [0, true],
    [9, true],
    [0, true],
    [1, false],
    [2, false],
    [3, false],
  ]);
  t.true(stream.isDone);
  t.false(stream.advance());
  t.is(stream.lastSequence, 3);
  t.deepEqual(
    stream.segments.map(({ generation, role, records, stop }) => [generation, role, records, stop]),
    [
      [4, 'sealed', 3, 'trailer'],
      [5, 'sealed', 2, 'trailer'],
      [6, 'live', 2, 'trailer'],
      [7, 'live', 1, 'end'],
    ],
  );
});

test('the report of a segment says from where to where it was read', (t) => {
  const { log, live } = sealedAndLive();
  const stream = streamOf(log, { first: 6 });
  readAll(stream);
  const [first, second] = stream.segments;
  t.deepEqual([first?.firstSequence, first?.lastSequence, first?.end], [1, 2, live[0]!.end]);
  t.deepEqual([second?.firstSequence, second?.lastSequence, second?.end], [3, 3, live[1]!.end]);
});

test('a lane without records is a segment without records', (t) => {
  const log = new LogBuilder({ firstSequence: 50 });
  log.segment({ lane: 3, generation: 1 });
  const stream = streamOf(log, { first: 1, lane: 3 });
  t.deepEqual(readAll(stream), []);
  t.is(stream.lastSequence, 49);
  t.deepEqual(
    stream.segments.map(({ records, end }) => [records, end]),
    [[0, SEGMENT_HEADER_BYTES]],
  );
});

test('damage in a live segment ends the lane, and what lies beyond is evidence', (t) => {
  const log = new LogBuilder();
  const segment = log.segment({ generation: 1 });
  for (let index = 0; index < 3; index++) log.put(segment, index, 'x');
  log.sync();
  for (let index = 3; index < 6; index++) log.put(segment, index, 'x');
  segment.damage(2, 9);
  const stream = streamOf(log, { first: 1 });
  t.deepEqual(
    readAll(stream).map(([sequence]) => sequence),
    [1, 2],
  );
  t.deepEqual(
    [stream.evidence.records, stream.evidence.durable, stream.evidence.offset],
    [3, 3, segment.offsets[3]],
  );
  t.is(stream.segments[0]?.stop, 'checksum');
  t.is(stream.segments[0]?.end, segment.offsets[2]);
  t.is(stream.segments[0]?.evidenceRecords, 3);
});

test('any damage in a sealed segment is corruption where it is', (t) => {
  for (const [segment, record] of [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 1],
  ] as const) {
    const { log, sealed } = sealedAndLive();
    sealed[segment]!.damage(record, 10);
    const error = throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 4, live: 6 })));
    t.is(error.file, `${DIRECTORY}/${sealed[segment]!.name}`);
    t.is(error.offset, sealed[segment]!.offsets[record]);
    t.regex(error.message, /sealed segment is damaged/);
  }
});

test('a sealed segment that ends without a trailer is corruption', (t) => {
  const log = new LogBuilder({ era: 1 });
  const sealed = log.segment({ generation: 1, isSealed: true });
  log.sealed(sealed, 0, 5, ['a', 1]);
  log.segment({ generation: 2 });
  throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 1, live: 2 })));
});

test('a sealed record states its era, a live one never does', (t) => {
  const sealedWithout = new LogBuilder({ era: 1 });
  const sealed = sealedWithout.segment({ generation: 1, isSealed: true });
  sealedWithout.put(sealed, 'a', 1);
  const missing = throwsWith(t, 'CORRUPT', () =>
    readAll(streamOf(sealedWithout, { first: 1, live: 2 })),
  );
  t.regex(missing.message, /states no era/);
  t.is(missing.offset, SEGMENT_HEADER_BYTES);
  const liveWith = new LogBuilder({ era: 1 });
  liveWith.sealed(liveWith.segment({ generation: 1 }), 0, 5, ['a', 1]);
  const stated = throwsWith(t, 'CORRUPT', () => readAll(streamOf(liveWith, { first: 1 })));
  t.regex(stated.message, /states an era/);
});

test('a segment in the wrong part of the chain is corruption', (t) => {
  const { log } = sealedAndLive();
  for (const chain of [
    { first: 4, live: 4 },
    { first: 4, live: 5 },
    { first: 6, live: 7 },
    { first: 4, live: 7 },
  ]) {
    const error = throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, chain)));
    t.regex(error.message, /part of the chain/);
    t.is(error.offset, 0);
  }
});

test('a trailer that names its own or an older segment is corruption, not a loop', (t) => {
  for (const next of [1, 2]) {
    const log = new LogBuilder();
    const first = log.segment({ generation: 1 });
    const second = log.rotate(first, 2);
    log.control(second, 'epoch barrier', 1);
    log.rotate(second, next);
    log.files.set(second.name, second.bytes);
    log.files.set(first.name, first.bytes);
    const error = throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 1 })));
    t.regex(error.message, /older segment/);
    t.is(error.file, `${DIRECTORY}/${second.name}`);
  }
});

test('a trailer that names a segment which is not there is corruption', (t) => {
  const { log, live } = sealedAndLive();
  log.files.delete(live[1]!.name);
  const stream = streamOf(log, { first: 6 });
  t.true(stream.advance());
  t.true(stream.advance());
  t.is(stream.reader.kind, KIND_ROTATION_TRAILER);
  const error = throwsWith(t, 'CORRUPT', () => stream.advance());
  t.regex(error.message, /missing/);
});

test('sequences of a lane ascend, over its segments too', (t) => {
  const log = new LogBuilder({ firstSequence: 10 });
  const first = log.segment({ generation: 1 });
  log.put(first, 'a', 1);
  const second = log.rotate(first, 2);
  log.sequence = 10;
  log.put(second, 'b', 'the number of the trailer again');
  const error = throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 1 })));
  t.regex(error.message, /out of order/);
  t.is(error.file, `${DIRECTORY}/${second.name}`);
});

test('after a clean close the log ends exactly where the superblock says', (t) => {
  const { log, live } = sealedAndLive();
  const end = live[1]!;
  const stream = streamOf(log, { first: 4, live: 6, end });
  t.is(readAll(stream).length, 8);
  t.is(stream.segments.at(-1)?.stop, 'end');
  // What lies behind the end was never of the store.
  end.bytes.fill(0xff, end.end);
  t.is(readAll(streamOf(log, { first: 4, live: 6, end })).length, 8);
});

test('after a clean close any damage before the end is corruption', (t) => {
  const { log, live } = sealedAndLive();
  const end = live[1]!;
  live[0]!.damage(0, 12);
  const error = throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 6, end })));
  t.deepEqual([error.file, error.offset], [`${DIRECTORY}/${live[0]!.name}`, live[0]!.offsets[0]]);
  live[0]!.damage(0, 12);
  end.damage(0, 12);
  t.is(
    throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 6, end }))).offset,
    end.offsets[0],
  );
});

test('after a clean close a log that is longer, shorter or elsewhere is corruption', (t) => {
  const { log, live } = sealedAndLive();
  const [first, second] = [live[0]!, live[1]!];
  const at = (generation: number, end: number) =>
    ({ ...second, generation, end }) as SegmentBuilder;
  for (const end of [
    at(7, second.end - 8),
    at(7, second.end + 8),
    at(7, SEGMENT_HEADER_BYTES - 8),
    at(7, second.bytes.length + 8),
    at(6, first.end),
    at(9, second.end),
  ]) {
    throwsWith(t, 'CORRUPT', () => readAll(streamOf(log, { first: 6, end })));
  }
});

test('what stands before the first record that counts is not looked at', (t) => {
  const log = new LogBuilder({ era: 3, firstSequence: 1 });
  const segment = log.segment({ generation: 6 });
  log.put(segment, 'a', 1);
  log.put(segment, 'b', 2);
  const firstOffset = segment.end;
  log.put(segment, 'c', 3);
  log.put(log.rotate(segment, 7), 'd', 5);
  t.deepEqual(readAll(streamOf(log, { first: 6, firstOffset, firstSequence: 3 })), [
    [3, false],
    [4, false],
    [5, false],
  ]);
});

test('a log that begins behind the end of its segment is corruption', (t) => {
  const log = new LogBuilder({ era: 3, firstSequence: 1 });
  const segment = log.segment({ generation: 6 });
  throwsWith(t, 'CORRUPT', () => streamOf(log, { first: 6, firstOffset: 1 << 27 }));
  t.true(segment.end > 0);
});
