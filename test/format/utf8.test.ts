// Text in shared memory: exact round trip, refusals, and agreement with the platform's strict decoder.

import test from 'ava';
import fc from 'fast-check';

import {
  isWellFormed,
  readUtf8,
  UTF8_LONE_SURROGATE,
  UTF8_TOO_LONG,
  writeUtf8,
} from '../../src/format/utf8.js';
import { anyText } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, FILLER, sharedViews, viewsHolding } from '../support/shared-views.js';

test('any text is written as its UTF-8 bytes and read back', (t) => {
  const memory = sharedViews();
  const property = fc.property(anyText, fc.integer({ min: 0, max: 9 }), (text, at) => {
    const expected = Buffer.from(text, 'utf8');
    memory.bytes.fill(FILLER);
    const end = writeUtf8(text, memory, at, expected.length);
    const isWritten = end - at === expected.length && bytesOf(memory, at, end).equals(expected);
    return isWritten && memory.bytes[end] === FILLER && readUtf8(memory, at, end) === text;
  });
  checkProperty(t, property, 1000);
});

test('ASCII of every length round trips', (t) => {
  const memory = sharedViews();
  for (let length = 0; length < 200; length++) {
    const text = Array.from({ length }, (_, index) => String.fromCharCode(index & 127)).join('');
    const end = writeUtf8(text, memory, 8, 400);
    if (end !== 8 + length || readUtf8(memory, 8, end) !== text) t.fail(`length ${length}`);
  }
  t.pass();
});

test('a text one byte longer than the room is refused, short or long, and writes nothing outside', (t) => {
  for (const text of [
    'abc',
    'x'.repeat(50),
    '\u00e9',
    '\u20ac'.repeat(40),
    '\u{1f600}'.repeat(9),
  ]) {
    const size = Buffer.byteLength(text);
    const memory = sharedViews();
    t.is(writeUtf8(text, memory, 16, size), 16 + size);
    memory.bytes.fill(FILLER);
    t.is(writeUtf8(text, memory, 16, size - 1), UTF8_TOO_LONG);
    t.is(memory.bytes[16 + size - 1], FILLER);
    t.is(memory.bytes[15], FILLER);
  }
});

test('a lone surrogate is refused, whatever the length', (t) => {
  const memory = sharedViews();
  for (const text of ['\ud800', 'a\udc00b', `${'x'.repeat(100)}\ud83d`, '\udc00'.repeat(3000)]) {
    t.false(isWellFormed(text));
    t.is(writeUtf8(text, memory, 0, 1024), UTF8_LONE_SURROGATE);
  }
  t.true(isWellFormed('\u{1f600}'));
});

test('each boundary of UTF-8 is where it belongs', (t) => {
  const right = [
    '7f',
    'c280',
    'dfbf',
    'e0a080',
    'ed9fbf',
    'ee8080',
    'efbfbd',
    'f0908080',
    'f48fbfbf',
  ];
  const wrong = [
    '80',
    'c080',
    'c1bf',
    'c27f',
    'c2c0',
    'e09fbf',
    'eda080',
    'edbfbf',
    'f08fbfbf',
    'f4908080',
  ];
  const cut = ['c2', 'e0a0', 'f09080', 'f5808080', 'fe', 'ff', 'e0a0c0', 'f09080c0', 'f090c080'];
  for (const hex of right) {
    const bytes = Buffer.from(hex, 'hex');
    t.is(readUtf8(viewsHolding(bytes), 64, 64 + bytes.length), bytes.toString('utf8'), hex);
  }
  for (const hex of [...wrong, ...cut]) {
    const bytes = Buffer.from(hex, 'hex');
    t.is(readUtf8(viewsHolding(bytes), 64, 64 + bytes.length), undefined, hex);
  }
});

test('bytes that a strict decoder refuses are refused, all others read the same', (t) => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    ),
  );
  const anySequence = fc.oneof(
    fc.array(byte, { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
    fc.tuple(anyText, fc.nat(), byte).map(([text, at, wrong]) => {
      const bytes = Uint8Array.from(Buffer.from(text));
      if (bytes.length > 0) bytes[at % bytes.length] = wrong;
      return bytes;
    }),
  );
  const property = fc.property(anySequence, (bytes) => {
    let expected: string | undefined;
    try {
      expected = strict.decode(bytes);
    } catch {
      expected = undefined;
    }
    return readUtf8(viewsHolding(bytes), 64, 64 + bytes.length) === expected;
  });
  checkProperty(t, property, 3000);
});
