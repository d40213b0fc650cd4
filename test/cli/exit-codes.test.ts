// How errors end a command.

import test from 'ava';

import {
  BadLineError,
  EXIT_CODES_HELP,
  errorLine,
  exitCodeOf,
  InputError,
  InterruptedError,
  NotFoundError,
  UsageError,
} from '../../src/cli/exit-codes.js';
import { LaneError, type LaneErrorCode } from '../../src/errors.js';

function laneError(code: LaneErrorCode, place = {}): LaneError {
  return new LaneError(code, 'what happened', place);
}

test('each kind of error has its exit code, and the help names all of them', (t) => {
  const codes = [
    exitCodeOf(laneError('CORRUPT')),
    exitCodeOf(new UsageError('x')),
    exitCodeOf(laneError('STORE_LOCKED')),
    exitCodeOf(laneError('IO_ERROR')),
    exitCodeOf(new NotFoundError('x')),
    exitCodeOf(new InterruptedError('x')),
  ];
  t.deepEqual(codes, [1, 2, 3, 4, 5, 130]);
  for (const code of [0, ...codes]) t.regex(EXIT_CODES_HELP, new RegExp(`^  ${code} `, 'm'));
});

test('wrong input is told from wrong words, with the same exit code', (t) => {
  for (const error of [new InputError('line 3'), new BadLineError('line 3')]) {
    t.is(exitCodeOf(error), 2);
    t.is(errorLine(error), 'lanedb: INPUT line 3');
  }
});

test('wrong arguments of the library are wrong usage, anything unknown is a failure', (t) => {
  t.is(exitCodeOf(new TypeError('the key')), 2);
  t.is(exitCodeOf(new RangeError('the key')), 2);
  t.is(exitCodeOf(new Error('unknown')), 4);
  t.is(exitCodeOf('thrown text'), 4);
  t.is(errorLine('thrown text'), 'lanedb: FAILED thrown text');
});

test('the line names code and place, and never has a second line', (t) => {
  const error = laneError('CORRUPT', { file: '/store/superblock', offset: 4096 });
  t.is(errorLine(error), 'lanedb: CORRUPT what happened (/store/superblock:4096)');
  t.is(errorLine(laneError('IO_ERROR', { file: '/a' })), 'lanedb: IO_ERROR what happened (/a)');
  t.is(
    errorLine(new LaneError('IO_ERROR', 'cannot open /a', { file: '/a' })),
    'lanedb: IO_ERROR cannot open /a',
  );
  t.is(errorLine(new UsageError('one\r\n  two\n')), 'lanedb: USAGE one two ');
  t.is(errorLine(new NotFoundError('no key')), 'lanedb: NOT_FOUND no key');
});
