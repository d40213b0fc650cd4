// Options of open(): defaults, every limit and one past it, wrong types, unknown names.

import test from 'ava';

import { readOptions } from '../../src/store/options.js';

const MIB = 1048576;
const DAY_MS = 86_400_000;

test('options not given have their defaults', (t) => {
  const defaults = {
    createIfMissing: true,
    readOnly: false,
    keyEncoding: 'ordered',
    valueEncoding: 'msgpack',
    io: 'buffered',
    memoryBytes: 256 * MIB,
    segmentBytes: 16 * MIB,
    syncDelayMs: 5,
    snapshotsMax: 1000,
    snapshotAgeMsMax: 3_600_000,
    onProgress: undefined,
  };
  t.deepEqual(readOptions('path'), defaults as never);
  t.deepEqual(readOptions('path', {}), defaults as never);
  const none = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]));
  t.deepEqual(readOptions('path', none), defaults as never);
});

const NUMBERS: [string, number, number][] = [
  ['memoryBytes', MIB, 1024 * MIB],
  ['syncDelayMs', 0, 1000],
  ['snapshotsMax', 1, 1_000_000],
  ['snapshotAgeMsMax', 1, 30 * DAY_MS],
];

for (const [name, min, max] of NUMBERS) {
  test(`${name} is a whole number from ${min} to ${max}`, (t) => {
    const read = (value: unknown) =>
      (readOptions('path', { [name]: value }) as unknown as Record<string, unknown>)[name];
    t.is(read(min), min);
    t.is(read(max), max);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      const error = t.throws(() => read(value), { instanceOf: RangeError });
      for (const part of [name, String(min), String(max)]) t.true(error?.message.includes(part));
    }
    for (const value of ['5', null, true, 5n, {}]) {
      t.throws(() => read(value), { instanceOf: TypeError, message: new RegExp(name) });
    }
  });
}

test('segmentBytes is a multiple of 64 KiB, at most a fourth of the memory and 64 MiB', (t) => {
  const read = (segmentBytes: unknown, memoryBytes = 256 * MIB) =>
    readOptions('path', { segmentBytes, memoryBytes }).segmentBytes;
  t.is(read(65_536), 65_536);
  t.is(read(64 * MIB), 64 * MIB);
  t.is(read(64 * MIB, 1024 * MIB), 64 * MIB);
  t.is(read(262_144, MIB), 262_144);
  t.is(read(undefined, MIB), 262_144);
  t.is(read(undefined, 7 * MIB + 1), 28 * 65_536);
  const range = { instanceOf: RangeError, message: /segmentBytes/ };
  t.throws(() => read(65_535), range);
  t.throws(() => read(65_537), range);
  t.throws(() => read(0), range);
  t.throws(() => read(64 * MIB + 65_536, 1024 * MIB), range);
  t.throws(() => read(262_144 + 65_536, MIB), range);
  t.throws(() => read('65536'), { instanceOf: TypeError, message: /segmentBytes/ });
});

test('options with two or three values take no other', (t) => {
  const wrong: [string, unknown, RegExp][] = [
    ['createIfMissing', 1, /true or false/],
    ['readOnly', 'yes', /true or false/],
    ['keyEncoding', 'json', /'ordered', 'utf8', 'binary'/],
    ['valueEncoding', 'xml', /'msgpack', 'json', 'utf8', 'binary'/],
    ['valueEncoding', { encode: () => new Uint8Array(0) }, /encode.*decode/],
    ['valueEncoding', null, /encode.*decode/],
    ['io', 'mmap', /'buffered', 'mapped', 'auto'/],
    ['onProgress', 5, /function/],
  ];
  for (const [name, value, message] of wrong) {
    const error = t.throws(() => readOptions('path', { [name]: value }), {
      instanceOf: TypeError,
      message,
    });
    t.true(error?.message.includes(name));
  }
  for (const keyEncoding of ['ordered', 'utf8', 'binary']) {
    t.is(readOptions('path', { keyEncoding }).keyEncoding, keyEncoding as 'utf8');
  }
  for (const io of ['buffered', 'mapped', 'auto']) {
    t.is(readOptions('path', { io }).io, io as 'auto');
  }
  const custom = { encode: () => new Uint8Array(0), decode: () => 1 };
  t.is(readOptions('path', { valueEncoding: custom }).valueEncoding, custom);
});

test('an unknown option is named, beside those that exist', (t) => {
  const error = t.throws(() => readOptions('path', { memorybytes: 5 }), { instanceOf: TypeError });
  t.regex(error?.message ?? '', /'memorybytes'.*memoryBytes/);
  t.throws(() => readOptions('path', null), { instanceOf: TypeError });
  t.throws(() => readOptions('path', 'text'), { instanceOf: TypeError });
});

test('the path is a string that is not empty', (t) => {
  for (const path of ['', undefined, 5, null, new URL('file:///a')]) {
    t.throws(() => readOptions(path), { instanceOf: TypeError, message: /path/ });
  }
});
