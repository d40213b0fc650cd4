// What can be appended to a log, how it comes back, and what is refused with nothing changed.

import test from 'ava';
import fc from 'fast-check';
import type { LogEntry } from '../../src/wal-api.js';
import { openTestLog } from '../support/logs.js';
import { checkProperty } from '../support/property.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('every kind of entry comes back as it was appended', async (t) => {
  const { log, sync } = await openTestLog();
  log.append('text');
  log.append(bytes(0, 255, 7));
  log.append('');
  log.appendPut('key', bytes(1));
  log.appendPut(bytes(), '');
  log.appendDelete('gone');
  log.appendBatch([
    { type: 'put', key: 'a', value: '1' },
    { type: 'delete', key: bytes(9, 9, 9) },
    { type: 'put', key: '', value: '' },
  ]);
  log.appendBatch([]);
  log.appendCommit({ offsets: { 'topic/0': 70000, b: 0 }, watermark: -3 }, [
    { type: 'put', key: 'k', value: 'v' },
  ]);
  log.appendCommit({ offsets: {} });
  log.appendEpochBarrier();
  log.appendCheckpoint(Number.MAX_SAFE_INTEGER);
  sync();
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const expected = [
    { kind: 'bytes', data: utf8('text') },
    { kind: 'bytes', data: bytes(0, 255, 7) },
    { kind: 'bytes', data: bytes() },
    { kind: 'put', key: utf8('key'), value: bytes(1) },
    { kind: 'put', key: bytes(), value: bytes() },
    { kind: 'delete', key: utf8('gone') },
    {
      kind: 'batch',
      operations: [
        { type: 'put', key: utf8('a'), value: utf8('1') },
        { type: 'delete', key: bytes(9, 9, 9) },
        { type: 'put', key: bytes(), value: bytes() },
      ],
    },
    { kind: 'batch', operations: [] },
    {
      kind: 'commit',
      offsets: { 'topic/0': 70000, b: 0 },
      watermark: -3,
      operations: [{ type: 'put', key: utf8('k'), value: utf8('v') }],
    },
    { kind: 'commit', offsets: {}, operations: [] },
    { kind: 'epoch-barrier' },
    { kind: 'checkpoint', id: Number.MAX_SAFE_INTEGER },
  ];
  const found = [...log.entries()].map((entry: LogEntry) => {
    const { sequence: _s, position: _p, end: _e, epoch: _n, ...content } = entry;
    return content;
  });
  t.deepEqual(found as unknown, expected);
});

test('bytes and texts of any length come back, also from views into larger memory', async (t) => {
  const { log, sync } = await openTestLog();
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ minLength: 20, maxLength: 40 }).map((whole) => whole.subarray(3, 17)),
    fc.uint8Array({ maxLength: 40 }).map((whole) => Buffer.from(whole)),
  );
  checkProperty(
    t,
    fc.property(data, (given) => {
      const position = log.position;
      log.append(given);
      sync();
      const [entry] = [...log.entries({ from: position })].slice(-1);
      const wanted = typeof given === 'string' ? Buffer.from(given) : Buffer.from(given);
      t.deepEqual(entry?.kind === 'bytes' && Buffer.from(entry.data), wanted);
    }),
  );
});

test('what is no entry is refused, and nothing is appended', async (t) => {
  const { log } = await openTestLog();
  const before = [log.position, log.nextSequence];
  const never = (value: unknown) => value as never;
  const type = { instanceOf: TypeError };
  const range = { instanceOf: RangeError };
  t.throws(() => log.append(never(5)), type);
  t.throws(() => log.append(never(new Uint16Array(2))), type);
  t.throws(() => log.append('a\ud800'), { ...type, message: /surrogate/ });
  t.throws(() => log.append('\udc00'.repeat(100)), type);
  t.throws(() => log.appendPut('\ud800', ''), type);
  t.throws(() => log.appendPut('a', never(undefined)), type);
  t.throws(() => log.appendPut('k'.repeat(1025), ''), { ...range, message: /1024/ });
  t.throws(() => log.appendDelete(never(null)), type);
  t.throws(() => log.appendBatch(never('ab')), type);
  t.throws(() => log.appendBatch([{ type: 'put', key: 'a', value: never(1) }]), type);
  t.throws(() => log.appendBatch([never({ type: 'move', key: 'a' })]), {
    ...type,
    message: /operation 0/,
  });
  t.throws(() => log.appendCommit(never({})), type);
  t.throws(() => log.appendCommit({ offsets: { a: -1 } }), range);
  t.throws(() => log.appendEpochBarrier(log.epoch), range);
  t.throws(() => log.appendEpochBarrier(2 ** 32), range);
  t.throws(() => log.appendEpochBarrier(never('2')), type);
  t.throws(() => log.appendCheckpoint(-1), range);
  t.throws(() => log.appendCheckpoint(2 ** 53), range);
  t.throws(() => log.appendCheckpoint(never(1n)), type);
  t.deepEqual([log.position, log.nextSequence], before);
});

test('a record may fill a segment and not one byte more', async (t) => {
  const { log, sync } = await openTestLog();
  // Header of the segment, trailer, header of the record, header of the operation.
  const largest = 65536 - 4096 - 32 - 8 - 16;
  const tooLarge = { code: 'RECORD_TOO_LARGE' };
  t.throws(() => log.append(new Uint8Array(largest + 1)), tooLarge);
  t.throws(() => log.append('x'.repeat(largest + 1)), tooLarge);
  t.throws(() => log.append(new Uint8Array(10_000_000)), tooLarge);
  t.throws(() => log.appendPut('key', new Uint8Array(largest)), tooLarge);
  t.is(log.position, 0);
  log.append('first');
  log.append(new Uint8Array(largest).fill(7));
  log.append('y'.repeat(largest));
  log.append('\u20ac'.repeat(largest / 3));
  sync();
  sync();
  const lengths = [...log.entries()].map((entry) => entry.kind === 'bytes' && entry.data.length);
  t.deepEqual(lengths, [5, largest, largest, largest - (largest % 3)]);
});

test('what a user changes while a batch is read does not reach the log', async (t) => {
  const { log, sync } = await openTestLog();
  const operation = {
    type: 'put' as const,
    key: 'a',
    get value(): string {
      log.append('from inside');
      return 'v';
    },
  };
  log.appendBatch([operation]);
  sync();
  const kinds = [...log.entries()].map((entry) => entry.kind);
  t.true(kinds.length > 1);
  t.is(kinds.at(-1), 'batch');
  t.deepEqual(new Set(kinds.slice(0, -1)), new Set(['bytes']));
});
