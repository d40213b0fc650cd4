// Messages and errors that all value codecs share.

import test from 'ava';

import { isLaneError } from '../../src/errors.js';
import { kindOf, valueCorruptError, valueTypeError } from '../../src/values/value.js';

test('a refusal says what the value is and what is allowed', (t) => {
  t.is(valueTypeError(5, 'give a string').message, 'the value is a number; give a string');
  t.regex(valueTypeError(undefined, '').message, /undefined, which stands for a missing key/);
  const kinds = [null, [], {}, () => 1, Symbol('s'), 'a'].map(kindOf);
  t.deepEqual(kinds, ['null', 'an array', 'an object', 'a function', 'a symbol', 'a string']);
});

test('bytes that are no value are corruption with a cause', (t) => {
  const cause = new Error('why');
  const error = valueCorruptError('json', cause);
  t.true(isLaneError(error, 'CORRUPT'));
  t.is(error.cause, cause);
  t.regex(error.message, /'json'/);
});
