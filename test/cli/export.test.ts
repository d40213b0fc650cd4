// lanedb export: every entry of every encoding as a line, and from there back into a store.

import { once } from 'node:events';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';
import { anyKey, anyText } from '../support/any-key.js';
import { openAny } from '../support/any-store.js';
import { anyValue } from '../support/any-value.js';
import { manyEntries, storeWith } from '../support/command-store.js';
import { run, runWith, startLanedb } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const LETTERS = ['a', 'b', 'ba', 'bb', 'c'].map((key, index) => [key, index] as const);

test('entries are lines of JSON in key order, within the bounds', async (t) => {
  const path = await storeWith(t, LETTERS);
  const lines = async (...words: string[]) => (await run('export', path, ...words)).stdout;
  t.is(await lines('--limit', '1'), '{"key":"a","value":0}\n');
  const keys = async (...words: string[]) =>
    (await lines(...words)).split('\n').flatMap((line) => (line ? [JSON.parse(line).key] : []));
  t.deepEqual(await keys(), ['a', 'b', 'ba', 'bb', 'c']);
  t.deepEqual(await keys('--gte', 'b', '--lt', 'bb'), ['b', 'ba']);
  t.deepEqual(await keys('--prefix', 'b'), ['b', 'ba', 'bb']);
  t.deepEqual(await keys('--gt', 'a', '--reverse', '--limit', '2'), ['c', 'bb']);
  t.deepEqual(await keys('--key-json', '--lte', '"b"'), ['a', 'b']);
  t.is(await lines('--prefix', 'x'), '');
});

test('what is no store, or wrong usage, is said as everywhere', async (t) => {
  const path = join(temporaryDirectory(t), 'none');
  t.like(await run('export', path), { code: 4, stdout: '' });
  t.regex((await run('export', path)).stderr, /^lanedb: STORE_NOT_FOUND /);
  t.is((await run('export', await storeWith(t, []), '--gt', 'a', '--gte', 'a')).code, 2);
});

interface Case {
  keys: fc.Arbitrary<unknown>;
  values: fc.Arbitrary<unknown>;
  words: string[];
}

const CASES: Record<string, Case> = {
  'ordered and msgpack': {
    keys: anyKey,
    values: anyValue.filter((value) => value !== undefined),
    words: [],
  },
  'utf8 and json': {
    keys: anyText,
    values: fc.jsonValue(),
    words: ['--key-encoding', 'utf8', '--value-encoding', 'json'],
  },
  'binary and utf8': {
    keys: fc.uint8Array({ maxLength: 30 }),
    values: anyText,
    words: ['--key-encoding', 'binary', '--value-encoding', 'utf8'],
  },
  'utf8 and binary': {
    keys: anyText,
    values: fc.uint8Array({ maxLength: 300 }),
    words: ['--key-encoding', 'utf8', '--value-encoding', 'binary'],
  },
};

for (const [name, { keys, values, words }] of Object.entries(CASES)) {
  test(`${name}: a store that was exported and imported is the same`, async (t) => {
    const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 0x7fffffff);
    t.log(`seed ${seed}`);
    const entries = fc.sample(fc.tuple(keys, values), { seed, numRuns: 400 });
    const [keyEncoding = 'ordered', valueEncoding = 'msgpack'] = words.filter((_, at) => at % 2);
    const options = { keyEncoding, valueEncoding } as Parameters<typeof openAny>[1];
    const root = temporaryDirectory(t);
    const [path, other] = [join(root, 'a'), join(root, 'b')];
    const store = await openAny(path, options);
    for (const [key, value] of entries) void store.put(key, value);
    await store.close();
    const exported = await run('export', path, ...words);
    t.is(exported.code, 0, exported.stderr);
    const imported = await runWith([exported.stdout], 'import', '--create', other, ...words);
    t.is(imported.code, 0, imported.stderr);
    const [first, second] = [await openAny(path, options), await openAny(other, options)];
    t.deepEqual([...second.entries()], [...first.entries()]);
    t.true(first.count() > 100);
    await first.close();
    await second.close();
    t.is((await run('export', other, ...words)).stdout, exported.stdout);
  });
}

test('a pipe that is closed early ends it quietly', async (t) => {
  const path = await storeWith(t, manyEntries(20_000));
  const { child, stdout, ended } = startLanedb('export', path);
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += String(text);
  });
  await once(stdout, 'readable');
  stdout.destroy();
  t.deepEqual(await ended, { code: 0, signal: null });
  t.is(stderr, '');
});

test('Ctrl-C ends it in the middle with the exit code of an interrupt', async (t) => {
  const path = await storeWith(t, manyEntries(40_000));
  const { child, stdout, ended } = startLanedb('export', path);
  await once(stdout, 'readable');
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 100));
  let bytes = 0;
  stdout.on('data', (data: Buffer) => {
    bytes += data.length;
  });
  t.is((await ended).code, 130);
  t.true(bytes < 4_000_000, `${bytes} bytes`);
  t.is((await run('get', path, 'key-00000000')).code, 0, 'the store is free');
});
