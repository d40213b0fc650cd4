// Options that several commands share: the same names, the same checks.

import test from 'ava';
import { Command } from 'commander';

import {
  addRangeOptions,
  count,
  keyEncoding,
  keyJson,
  PATH,
  valueEncoding,
} from '../../src/cli/command-options.js';
import { UsageError } from '../../src/cli/exit-codes.js';

test('a range has bounds, a direction and a limit', (t) => {
  const command = addRangeOptions(new Command('x').exitOverride());
  command.parse(['--gt', 'a', '--lte', 'b', '--reverse', '--limit', '7'], { from: 'user' });
  t.deepEqual(command.opts(), { gt: 'a', lte: 'b', reverse: true, limit: 7 });
  const names = command.options.map(({ long }) => long);
  t.deepEqual(names, ['--gt', '--gte', '--lt', '--lte', '--prefix', '--reverse', '--limit']);
});

test('encodings have names and a default', (t) => {
  t.is(keyEncoding().defaultValue, 'ordered');
  t.deepEqual(keyEncoding().argChoices, ['ordered', 'utf8', 'binary']);
  t.is(valueEncoding().defaultValue, 'msgpack');
  t.deepEqual(valueEncoding().argChoices, ['msgpack', 'json', 'utf8', 'binary']);
  t.is(keyJson().long, '--key-json');
  t.regex(PATH, /directory/);
});

test('a count is a whole number, and a wrong one names its option', (t) => {
  t.is(count('--limit')('12'), 12);
  t.throws(() => count('--limit')('-1'), { instanceOf: UsageError, message: /--limit/ });
});
