// stats: counters of a store that nobody has open.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { manyEntries, storeWith } from '../support/command-store.js';
import { run } from '../support/run-command.js';

test('counters are lines of name and value, or one JSON object', async (t) => {
  const path = await storeWith(t, manyEntries(10));
  const { stdout, code } = await run('stats', path);
  t.is(code, 0);
  t.regex(stdout, /^keys: 10$/m);
  t.regex(stdout, /^isReadOnly: true$/m);
  t.regex(stdout, /^memory\.liveBytes: \d+$/m);
  t.regex(stdout, /^recovery: clean$/m);
  for (const line of stdout.trimEnd().split('\n')) t.regex(line, /^[\w.]+: /);
  const json = JSON.parse((await run('stats', '--json', path)).stdout);
  t.is(json.keys, 10);
  t.is(json.recovery.outcome, 'clean');
});

test('the store is not changed', async (t) => {
  const path = await storeWith(t, manyEntries(10));
  const before = readFileSync(join(path, 'superblock'));
  await run('stats', path);
  t.deepEqual(readFileSync(join(path, 'superblock')), before);
});
