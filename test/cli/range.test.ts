// range: entries in key order between bounds, however many there are.

import { once } from 'node:events';

import test from 'ava';

import { manyEntries, storeWith } from '../support/command-store.js';
import { run, startLanedb } from '../support/run-command.js';

const LETTERS = ['a', 'b', 'ba', 'bb', 'c'].map((key, index) => [key, index] as const);

test('bounds, prefix, direction and limit', async (t) => {
  const path = await storeWith(t, LETTERS);
  const keys = async (...options: string[]): Promise<string> =>
    (await run('range', '--keys', ...options, path)).stdout.replace(/["\n]+/g, ' ').trim();
  t.is(await keys(), 'a b ba bb c');
  t.is(await keys('--gte', 'b', '--lt', 'bb'), 'b ba');
  t.is(await keys('--gt', 'b', '--lte', 'bb'), 'ba bb');
  t.is(await keys('--prefix', 'b'), 'b ba bb');
  t.is(await keys('--reverse', '--limit', '2'), 'c bb');
  t.is(await keys('--limit', '0'), '');
});

test('entries, keys or values, as text or JSON', async (t) => {
  const path = await storeWith(t, [['a', { b: 1 }]]);
  t.is((await run('range', path)).stdout, '"a"\t{"b":1}\n');
  t.is((await run('range', '--keys', path)).stdout, '"a"\n');
  t.is((await run('range', '--values', path)).stdout, '{"b":1}\n');
  t.is((await run('range', '--json', path)).stdout, '{"key":"a","value":{"b":1}}\n');
  t.is((await run('range', '--json', '--keys', path)).stdout, '{"key":"a"}\n');
  t.is((await run('range', '--json', '--values', path)).stdout, '{"value":{"b":1}}\n');
});

test('bounds of other types are JSON', async (t) => {
  const path = await storeWith(t, [
    [1, 'one'],
    [2, 'two'],
    ['2', 'text'],
  ]);
  t.is((await run('range', '--key-json', '--gte', '2', path)).stdout, '2\t"two"\n"2"\t"text"\n');
});

test('bounds that exclude each other are wrong usage', async (t) => {
  const path = await storeWith(t, []);
  for (const words of [
    ['--gt', 'a', '--gte', 'a'],
    ['--prefix', 'a', '--lt', 'b'],
    ['--keys', '--values'],
    ['--limit', '-1'],
    ['--limit', 'many'],
  ]) {
    const ended = await run('range', path, ...words);
    t.is(ended.code, 2, words.join(' '));
    t.regex(ended.stderr, /^lanedb: USAGE [^\n]*\n$/);
  }
});

test('a pipe that is closed early ends it quietly', async (t) => {
  const path = await storeWith(t, manyEntries(20000));
  const { child, stdout, ended } = startLanedb('range', path);
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
  const path = await storeWith(t, manyEntries(40000));
  const { child, stdout, ended } = startLanedb('range', path);
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
