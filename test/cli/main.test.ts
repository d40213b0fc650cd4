// The command as a process.

import { readFileSync } from 'node:fs';

import test from 'ava';

import { COMMAND, lanedb } from '../support/run-command.js';

test('output and errors go where they belong, with the exit code', (t) => {
  t.regex(lanedb('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  const wrong = lanedb('dump');
  t.is(wrong.code, 2);
  t.is(wrong.stdout, '');
  t.regex(wrong.stderr, /^lanedb: USAGE [^\n]*\n$/);
});

test('an error has no stack and no second line', (t) => {
  const { code, stderr } = lanedb('get', '/nowhere/at/all', 'key');
  t.is(code, 4);
  t.regex(stderr, /^lanedb: STORE_NOT_FOUND [^\n]*\n$/);
});

test('the file can be started by its own name', (t) => {
  t.true(readFileSync(COMMAND, 'utf8').startsWith('#!/usr/bin/env node\n'));
});
