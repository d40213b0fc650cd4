// lanedb import: from a process's input into a store, and how it ends when the input or somebody else
// wants it so.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { storeWith } from '../support/command-store.js';
import { startLiveStore } from '../support/live-store.js';
import { COMMAND, run, runWith } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function* lines(from: number, to: number): Generator<string> {
  for (let number = from; number <= to; number++) {
    yield `{"key":${number},"value":"value ${number}"}\n`;
  }
}

function start(...words: string[]): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, [COMMAND, 'import', ...words]);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  child.stdin.on('error', () => undefined);
  return { child, stderr: () => stderr };
}

test('lines become entries; how many is said', async (t) => {
  const path = await storeWith(t, [['before', 1]]);
  const { code, stdout, stderr } = await runWith(lines(1, 2345), 'import', path);
  t.deepEqual([code, stdout, stderr], [0, 'imported 2345 entries\n', '']);
  t.is((await run('get', '--key-json', path, '2345')).stdout, 'value 2345\n');
  t.is((await run('get', path, 'before')).stdout, '1\n');
});

test('an empty input imports nothing, and makes a store only if told', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const refused = await runWith([], 'import', path);
  t.is(refused.code, 4);
  t.regex(refused.stderr, /^lanedb: STORE_NOT_FOUND /);
  t.false(existsSync(path));
  t.like(await runWith([], 'import', '--create', path), {
    code: 0,
    stdout: 'imported 0 entries\n',
  });
  t.is((await run('export', path)).stdout, '');
  t.is((await runWith(['\n', ' \n\n'], 'import', path)).stdout, 'imported 0 entries\n');
});

test('a bad line is named; what is before it is imported, nothing of it or behind it', async (t) => {
  for (const [bad, message] of [
    ['{"key":3,"value":}', /line 2501, column 18: not JSON: a value was expected/],
    ['{"key":{"a":1},"value":1}', /line 2501: the key is an object/],
    ['{"key":3}', /line 2501: "value" is missing/],
  ] as const) {
    const path = join(temporaryDirectory(t), 'store');
    const input = [...lines(1, 2500), `${bad}\n`, ...lines(2502, 9000)];
    const { code, stdout, stderr } = await runWith(input, 'import', '--create', path);
    t.deepEqual([code, stdout], [2, '']);
    t.regex(stderr, /^lanedb: INPUT [^\n]*; the lines before it are imported\n$/);
    t.regex(stderr, message);
    const keys = (await run('range', '--keys', path)).stdout.trim().split('\n').map(Number);
    t.deepEqual(
      keys,
      Array.from({ length: 2500 }, (_, index) => index + 1),
    );
    const resumed = await runWith(input, 'import', '--resume', 'feed', path);
    t.is(resumed.code, 2);
    const mended = [...lines(1, 2500), ...lines(2501, 9000)];
    const { stdout: told } = await runWith(mended, 'import', '--resume', 'feed', path);
    t.is(told, 'imported 6500 entries behind 2500 lines that were imported before\n');
  }
});

test('an input that was cut off is a bad line, not a shorter entry', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const input = [...lines(1, 3)].join('').slice(0, -4);
  const { code, stderr } = await runWith([input], 'import', '--create', path);
  t.is(code, 2);
  t.regex(stderr, /line 3, column 25: not JSON: the text ends too early/);
});

test('wrong words are wrong usage', async (t) => {
  const path = await storeWith(t, []);
  for (const words of [[], [path, 'more'], [path, '--resume', ''], [path, '--resume']]) {
    const { code, stderr } = await runWith([], 'import', ...words);
    t.is(code, 2, words.join(' '));
    t.regex(stderr, /^lanedb: USAGE /);
  }
});

test.serial('a store in use is locked', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const child = await startLiveStore(path);
  t.teardown(() => child.kill('SIGKILL'));
  for (const words of [
    ['import', path],
    ['export', path],
  ]) {
    const { code, stdout, stderr } = await runWith(lines(1, 5), ...words);
    t.deepEqual([code, stdout], [3, '']);
    t.regex(stderr, new RegExp(`^lanedb: STORE_LOCKED .*process ${child.pid} `));
  }
});

test('a process that waits for more input ends at Ctrl-C, with what was whole before', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const { child, stderr } = start('--create', '--resume', 'feed', path);
  for (const line of lines(1, 5000)) child.stdin?.write(line);
  // The lock says that the store is open; the time, that some batches are written.
  while (!existsSync(join(path, 'superblock'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  t.is(code, 130);
  t.is(stderr(), '');
  t.regex((await run('verify', path)).stdout, /outcome: clean/);
  const rest = await runWith(lines(1, 6000), 'import', '--resume', 'feed', path);
  t.is(rest.code, 0, rest.stderr);
  t.is((await run('range', '--keys', path)).stdout.split('\n').length, 6001);
});

test('a process ends at a bad line although its input goes on', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const { child, stderr } = start('--create', path);
  child.stdin?.write(`${[...lines(1, 10)].join('')}nonsense\n`);
  const [code] = await once(child, 'exit');
  t.is(code, 2);
  t.regex(stderr(), /^lanedb: INPUT line 11, column 1: /);
  t.is((await run('range', '--keys', path)).stdout.split('\n').length, 11);
});

test('a fast input is not read faster than it is written', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const { child } = start('--create', path);
  const line = `{"key":1,"value":"${'x'.repeat(100_000)}"}\n`;
  const { stdin } = child;
  let isFull = 0;
  for (let count = 0; count < 500; count++) {
    if (stdin?.write(line)) continue;
    isFull++;
    await once(stdin!, 'drain');
  }
  stdin?.end();
  const [code] = await once(child, 'exit');
  t.is(code, 0);
  t.true(isFull > 50, `${isFull} waits`);
});
