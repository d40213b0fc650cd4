// Words of a command line as keys, values and numbers.

import test from 'ava';

import { parseCount, parseKey, parseValue } from '../../src/cli/arguments.js';
import { UsageError } from '../../src/cli/exit-codes.js';

const TEXT = { keyEncoding: 'ordered', keyJson: false } as const;
const JSON_KEYS = { keyEncoding: 'ordered', keyJson: true } as const;

test('a key is the text itself unless keys are JSON', (t) => {
  t.is(parseKey('42', TEXT), '42');
  t.is(parseKey('', TEXT), '');
  t.is(parseKey('42', JSON_KEYS), 42);
  t.deepEqual(parseKey('["a",{"$bigint":"7"}]', JSON_KEYS), ['a', 7n]);
  t.throws(() => parseKey('a', JSON_KEYS), { instanceOf: UsageError, message: /the key 'a'/ });
});

test('a key of a binary store is the UTF-8 of the text, or bytes given as JSON', (t) => {
  t.deepEqual(
    parseKey('\u00e9', { keyEncoding: 'binary', keyJson: false }),
    Uint8Array.of(195, 169),
  );
  const given = parseKey('{"$bytes":"00ff"}', { keyEncoding: 'binary', keyJson: true });
  t.deepEqual(given, Uint8Array.of(0, 255));
});

test('a value is JSON if it can be read as JSON, else text', (t) => {
  t.deepEqual(parseValue('{"a":[1,null]}', 'msgpack'), { a: [1, null] });
  t.is(parseValue('42', 'json'), 42);
  t.is(parseValue('"42"', 'json'), '42');
  t.is(parseValue('forty-two', 'msgpack'), 'forty-two');
  t.is(parseValue('{"a":', 'msgpack'), '{"a":');
  t.is(parseValue('', 'msgpack'), '');
  t.throws(() => parseValue('{"$bigint":"x"}', 'msgpack'), { instanceOf: UsageError });
});

test('a value of a utf8 store is always the text, of a binary one bytes', (t) => {
  t.is(parseValue('42', 'utf8'), '42');
  t.deepEqual(parseValue('42', 'binary'), Uint8Array.of(52, 50));
  t.deepEqual(parseValue('{"$bytes":"0a"}', 'binary'), Uint8Array.of(10));
});

test('a number is whole, not negative and safe, or refused by its name', (t) => {
  t.is(parseCount('0', '--limit'), 0);
  t.is(parseCount('9007199254740991', '--from'), Number.MAX_SAFE_INTEGER);
  for (const word of ['-1', '1.5', '1e3', '', 'x', '9007199254740992']) {
    t.throws(() => parseCount(word, '--limit'), { instanceOf: UsageError, message: /--limit/ });
  }
});
