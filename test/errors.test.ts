// The one error class: what it carries, and how it is told from other errors.

import test from 'ava';

import { isLaneError, LaneError } from '../src/errors.js';

test('an error carries its code, message and place', (t) => {
  const cause = new Error('EIO');
  const place = { cause, file: '/a/b', offset: 4096, expected: 1, found: 'two' };
  const error = new LaneError('CORRUPT', 'the record is damaged', place);
  t.true(error instanceof Error);
  t.is(error.name, 'LaneError');
  t.is(error.code, 'CORRUPT');
  t.is(error.message, 'the record is damaged');
  t.is(error.cause, cause);
  t.is(error.file, '/a/b');
  t.is(error.offset, 4096);
  t.is(error.expected, 1);
  t.is(error.found, 'two');
});

test('an error without a place has no cause and no file', (t) => {
  const error = new LaneError('STORE_CLOSED', 'the store is closed');
  t.false('cause' in error);
  t.is(error.file, undefined);
  t.is(error.offset, undefined);
});

test('isLaneError tells codes apart and refuses what is not a LaneError', (t) => {
  const error = new LaneError('DISK_FULL', 'no room');
  t.true(isLaneError(error));
  t.true(isLaneError(error, 'DISK_FULL'));
  t.false(isLaneError(error, 'IO_ERROR'));
  t.false(isLaneError(new Error('no room')));
  t.false(isLaneError({ code: 'DISK_FULL' }, 'DISK_FULL'));
  t.false(isLaneError(undefined));
});
