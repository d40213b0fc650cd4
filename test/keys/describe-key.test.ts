// Keys in messages: short, printable, and made without running code of the caller.

import test from 'ava';

import { isLaneError } from '../../src/errors.js';
import {
  describeEncodedKey,
  describeKey,
  keyCorruptError,
  keyDepthError,
  keySizeError,
  keyTypeError,
  loneSurrogateError,
  timeOf,
} from '../../src/keys/describe-key.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import { sharedViews } from '../support/shared-views.js';

test('every kind of thing is named shortly and in printable characters', (t) => {
  const cases: [unknown, string][] = [
    [null, 'null'],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [false, 'false'],
    [12n, '12n'],
    [-(1n << 200n), 'a negative bigint of more than 128 bits'],
    ['a\n\0"', '"a\\n\\u0000\\""'],
    ['x'.repeat(60), `"${'x'.repeat(48)}"... (60 characters)`],
    [new Uint8Array([0, 255]), 'Uint8Array(2) <00ff>'],
    [new Uint8Array(17), `Uint8Array(17) <${'00'.repeat(16)}...>`],
    [new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'an invalid Date'],
    [[1, 2], 'an array'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [Symbol('s'), 'the symbol "s"'],
  ];
  for (const [key, text] of cases) t.is(describeKey(key), text);
});

test('a description runs no code of the caller', (t) => {
  const trap = (): never => {
    throw new Error('user code ran');
  };
  const handler = {
    get: trap,
    getPrototypeOf: trap,
    ownKeys: trap,
    getOwnPropertyDescriptor: trap,
  };
  t.is(describeKey(new Proxy({}, handler)), 'an object');
  t.is(describeKey(new Proxy([], handler)), 'an array');
  t.is(
    describeKey(Object.assign(new Date(0), { toISOString: trap, getTime: trap })).slice(0, 8),
    'the Date',
  );
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  t.is(describeKey(proxy), 'an object');
});

test('an encoded array is shown with its first elements', (t) => {
  const memory = sharedViews();
  const codec = keyCodec('ordered');
  const length = codec.encode(['users', [1n, [['deep']]], null, 4, 5], memory, 8);
  const text = describeEncodedKey(codec, memory, 8, 8 + length);
  t.is(text, '["users", [1n, [an array]], null, 4, ... (5 elements)]');
});

test('a Date is recognised by what it is', (t) => {
  t.is(timeOf(new Date(5)), 5);
  t.is(timeOf(Object.create(Date.prototype)), undefined);
});

test('refusals name the key and the limit', (t) => {
  t.regex(keySizeError('abc', '1,025').message, /"abc" has 1,025 encoded bytes; the limit is 1024/);
  t.regex(keyTypeError(undefined, 'use x', true).message, /element of the key is undefined; use x/);
  t.regex(keyDepthError().message, /limit of 32/);
  t.regex(loneSurrogateError('\ud800').message, /"\\ud800" has a lone surrogate/);
  t.true(isLaneError(keyCorruptError('utf8', 'x'), 'CORRUPT'));
});
