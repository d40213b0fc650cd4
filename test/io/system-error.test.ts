// System errors become LaneErrors with their place; other errors stay what they are.

import { constants } from 'node:os';

import test from 'ava';

import { isLaneError, LaneError } from '../../src/errors.js';
import { errnoCode, errnoNumber, SystemCallError, systemError } from '../../src/io/system-error.js';

test('no room and no quota are DISK_FULL, every other errno is IO_ERROR', (t) => {
  for (const [name, errno] of Object.entries(constants.errno)) {
    const cause = new SystemCallError(errno, 'write');
    const error = systemError(cause, { operation: 'write', file: '/f', offset: 8192 });
    if (!isLaneError(error)) return t.fail(`${name} gave no LaneError`);
    t.is(error.code, name === 'ENOSPC' || name === 'EDQUOT' ? 'DISK_FULL' : 'IO_ERROR');
    t.is(error.file, '/f');
    t.is(error.offset, 8192);
    t.is(error.cause, cause);
    t.is(cause.errno, -errno);
    t.regex(error.message, /^cannot write: E\w+: \/f at offset 8192$/);
  }
});

test('a place without an offset gives an error without one', (t) => {
  const error = systemError(new SystemCallError(constants.errno.EIO, 'fsync'), {
    operation: 'sync',
    file: '/f',
  });
  t.true(error instanceof LaneError);
  t.like(error, { message: 'cannot sync: EIO: /f', offset: undefined });
});

test('an error that is not of the system passes unchanged', (t) => {
  for (const cause of [new TypeError('wrong'), new Error('x'), 'text', undefined]) {
    t.is(systemError(cause, { operation: 'write', file: '/f' }), cause);
  }
});

test('the name of the errno is found in the error and in its cause', (t) => {
  const cause = new SystemCallError(constants.errno.EEXIST, 'link');
  t.is(errnoCode(cause), 'EEXIST');
  t.is(errnoCode(systemError(cause, { operation: 'link', file: '/f' })), 'EEXIST');
  t.is(errnoCode(new Error('x')), undefined);
  t.is(errnoCode(new LaneError('IO_ERROR', 'short write')), undefined);
  t.is(errnoCode(undefined), undefined);
});

test('a number without a name keeps its number', (t) => {
  t.is(new SystemCallError(9999, 'open').code, 'errno 9999');
  t.is(errnoNumber('ENOSPC'), constants.errno.ENOSPC);
});
