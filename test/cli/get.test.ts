// get: one value, as text or JSON.

import test from 'ava';

import { manyEntries, storeWith } from '../support/command-store.js';
import { run } from '../support/run-command.js';

test('a string comes as it is, everything else as JSON', async (t) => {
  const path = await storeWith(t, [
    ['text', 'some "text"'],
    ['number', 42],
    ['object', { at: new Date(0), big: 7n }],
    ['bytes', Uint8Array.of(1, 2)],
  ]);
  t.is((await run('get', path, 'text')).stdout, 'some "text"\n');
  t.is((await run('get', path, 'number')).stdout, '42\n');
  const object = '{"at":{"$date":"1970-01-01T00:00:00.000Z"},"big":{"$bigint":"7"}}\n';
  t.is((await run('get', path, 'object')).stdout, object);
  t.is((await run('get', path, 'bytes')).stdout, '{"$bytes":"0102"}\n');
});

test('JSON has key, value and version', async (t) => {
  const path = await storeWith(t, manyEntries(3));
  const { stdout, code } = await run('get', '--json', path, 'key-00000001');
  t.is(code, 0);
  t.like(JSON.parse(stdout), { key: 'key-00000001', version: 2 });
});

test('keys of every type are reached through JSON', async (t) => {
  const path = await storeWith(t, [
    [42, 'a number'],
    [['a', 7n], 'an array'],
    ['42', 'a text'],
  ]);
  t.is((await run('get', path, '42')).stdout, 'a text\n');
  t.is((await run('get', '--key-json', path, '42')).stdout, 'a number\n');
  t.is((await run('get', '--key-json', path, '["a",{"$bigint":"7"}]')).stdout, 'an array\n');
});

test('a key that is not there has an exit code of its own', async (t) => {
  const path = await storeWith(t, []);
  const ended = await run('get', path, 'missing');
  t.is(ended.code, 5);
  t.is(ended.stdout, '');
  t.is(ended.stderr, 'lanedb: NOT_FOUND there is no value for the key missing\n');
});

test('a key that is none is wrong usage', async (t) => {
  const path = await storeWith(t, []);
  t.is((await run('get', '--key-json', path, '{"no":"key"}')).code, 2);
  t.is((await run('get', path, 'x'.repeat(2000))).code, 2);
});
