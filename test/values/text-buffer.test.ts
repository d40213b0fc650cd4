// Text into a buffer that is used again.

import test from 'ava';

import { TextBuffer } from '../../src/values/text-buffer.js';

test('texts of any length are encoded, one after the other', (t) => {
  const buffer = new TextBuffer();
  for (const text of [
    '',
    'abc',
    '\u20ac'.repeat(5000),
    '\u{1f600}',
    'x'.repeat(2_000_000),
    'short',
  ]) {
    const count = buffer.encode(text);
    t.is(count, Buffer.byteLength(text));
    t.true(buffer.bytes.toString('utf8', 0, count) === text);
  }
});

test('the memory of a very large text is let go by the next one, that of others is kept', (t) => {
  const buffer = new TextBuffer();
  buffer.encode('x'.repeat(2_000_000));
  t.true(buffer.bytes.length >= 2_000_000);
  buffer.encode('x'.repeat(10_000));
  t.true(buffer.bytes.length < 100_000);
  const kept = buffer.bytes;
  buffer.encode('y');
  t.is(buffer.bytes, kept);
});

test('a lone surrogate is refused', (t) => {
  t.is(new TextBuffer().encode('a\ud800'), -1);
});
