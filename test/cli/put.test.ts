// put: durable when it ends, and never a store that nobody asked for.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { storeWith } from '../support/command-store.js';
import { run } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('a value is JSON if it can be read as JSON, else text', async (t) => {
  const path = await storeWith(t, []);
  for (const [value, json] of [
    ['42', '42'],
    ['"42"', '"42"'],
    ['forty two', '"forty two"'],
    ['{"a":[1,{"$bigint":"2"}]}', '{"a":[1,{"$bigint":"2"}]}'],
  ] as const) {
    t.like(await run('put', path, 'key', value), { code: 0, stdout: '', stderr: '' });
    const { stdout } = await run('get', '--json', path, 'key');
    t.is(JSON.stringify(JSON.parse(stdout).value), json);
  }
});

test('a store is made only when asked for', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const refused = await run('put', path, 'key', 'value');
  t.is(refused.code, 4);
  t.regex(refused.stderr, /^lanedb: STORE_NOT_FOUND /);
  t.false(existsSync(path));
  t.is((await run('put', '--create', path, 'key', 'value')).code, 0);
  t.is((await run('get', path, 'key')).stdout, 'value\n');
  t.is((await run('verify', path)).code, 0);
});

test('the encodings are those of the store, as the user says', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const encodings = ['--key-encoding', 'binary', '--value-encoding', 'binary'];
  t.is((await run('put', '--create', ...encodings, path, 'k', 'v')).code, 0);
  t.is((await run('get', ...encodings, path, 'k')).stdout, '{"$bytes":"76"}\n');
  const bytes = ['put', '--key-json', ...encodings, path, '{"$bytes":"00ff"}', '{"$bytes":"0a"}'];
  t.is((await run(...bytes)).code, 0);
  const range = (await run('range', ...encodings, path)).stdout;
  t.is(range, '{"$bytes":"00ff"}\t{"$bytes":"0a"}\n{"$bytes":"6b"}\t{"$bytes":"76"}\n');
});

test('what cannot be stored is wrong usage, and nothing is written', async (t) => {
  const path = await storeWith(t, []);
  t.is((await run('put', path, 'x'.repeat(2000), '1')).code, 2);
  t.is((await run('put', path, 'key', '{"$undefined":true}')).code, 2);
  t.is((await run('range', path)).stdout, '');
});
