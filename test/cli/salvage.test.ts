// lanedb salvage: what it prints, and how it ends.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test, { type ExecutionContext } from 'ava';

import { manyEntries, storeWith } from '../support/command-store.js';
import { fixtureDisk } from '../support/fixture-files.js';
import { startLiveStore } from '../support/live-store.js';
import { run, startLanedb } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function fixture(t: ExecutionContext, name: string): { path: string; target: string } {
  const root = temporaryDirectory(t);
  const path = join(root, 'store');
  fixtureDisk(name).toDirectory(path);
  return { path, target: join(root, 'target') };
}

test('a damaged store: what was saved, what was lost, exit code 1', async (t) => {
  const { path, target } = fixture(t, 'v1-missing-segment');
  const { code, stdout, stderr } = await run('salvage', path, target);
  t.is(code, 1);
  t.is(stderr, '');
  t.deepEqual(stdout.split('\n'), [
    'saved: 6 keys from 6 records, the last with sequence 11',
    '  wal-l00-0000000001.log  live         3 records, sequences 1 to 3',
    '  wal-l00-0000000003.log  live         3 records, sequences 9 to 11',
    'lost:',
    '  wal-l00-0000000002.log:0: the file is missing',
    'missing sequences: 4 (5 to 8)',
    'records behind the first of them: 3, saved, and perhaps were never acknowledged',
    '',
  ]);
  t.is((await run('range', '--keys', target)).stdout.split('\n').length, 7);
  t.is((await run('verify', target)).code, 0);
});

test('strict leaves out what came after the first loss', async (t) => {
  const { path, target } = fixture(t, 'v1-missing-segment');
  const { code, stdout } = await run('salvage', '--strict', path, target);
  t.is(code, 1);
  t.regex(stdout, /^saved: 3 keys from 3 records, the last with sequence 3\n/);
  t.regex(stdout, /\nrecords behind the first of them: 3, left out\n$/);
  t.is((await run('range', '--keys', target)).stdout.split('\n').length, 4);
});

test('a sound store: nothing lost, exit code 0', async (t) => {
  const { path, target } = fixture(t, 'v1-clean');
  const { code, stdout } = await run('salvage', path, target);
  t.is(code, 0);
  t.regex(stdout, /^saved: 6 keys from 9 records.*\nlast commit: \{"offsets":\{\}\}\n/);
  t.regex(stdout, /\nlost: nothing\n$/);
});

test('the report as JSON', async (t) => {
  const { path, target } = fixture(t, 'v1-damaged-sealed');
  const { code, stdout } = await run('salvage', '--json', path, target);
  t.is(code, 1);
  const report = JSON.parse(stdout);
  t.like(report, { keys: 2, records: 2, lastCommit: null, missing: [] });
  t.deepEqual(report.losses, [
    { file: 'wal-l00-0000000002.log', offset: 4136, bytes: 40, reason: 'no valid record' },
  ]);
  t.is(report.files.length, 2);
});

test('what cannot be done is one line and its exit code', async (t) => {
  const { path, target } = fixture(t, 'v1-both-slots-bad');
  mkdirSync(target);
  writeFileSync(join(target, 'notes'), '');
  const empty = join(temporaryDirectory(t), 'new');
  for (const [words, code, pattern] of [
    [[path, target], 4, /^lanedb: TARGET_EXISTS /],
    [['--strict', path, empty], 1, /^lanedb: CORRUPT no moment .*superblock:0\)\n$/],
    [[path, join(path, 'inside')], 2, /^lanedb: USAGE target /],
    [[join(path, 'none'), empty], 4, /^lanedb: STORE_NOT_FOUND /],
    [[target, empty], 4, /^lanedb: NOT_A_STORE /],
    [[path], 2, /^lanedb: USAGE /],
  ] as const) {
    const ended = await run('salvage', ...words);
    t.is(ended.code, code, words.join(' '));
    t.regex(ended.stderr, pattern);
    t.is(ended.stdout, '');
    t.false(existsSync(empty));
  }
});

test.serial('a store in use is locked', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const child = await startLiveStore(path);
  t.teardown(() => child.kill('SIGKILL'));
  const target = join(temporaryDirectory(t), 'target');
  const { code, stderr } = await run('salvage', path, target);
  t.is(code, 3);
  t.regex(stderr, new RegExp(`^lanedb: STORE_LOCKED .*process ${child.pid} `));
  t.false(existsSync(target));
});

test('Ctrl-C at any moment leaves no half store, and the source free', async (t) => {
  const path = await storeWith(t, manyEntries(60_000));
  const startedMs = Date.now();
  await startLanedb('salvage', path, join(temporaryDirectory(t), 'target')).ended;
  const wholeMs = Date.now() - startedMs;
  const ends: string[] = [];
  for (const part of [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]) {
    const target = join(temporaryDirectory(t), 'target');
    const { child, ended } = startLanedb('salvage', path, target);
    await new Promise((resolve) => setTimeout(resolve, wholeMs * part));
    child.kill('SIGINT');
    const { code, signal } = await ended;
    ends.push(signal ?? String(code));
    const isWhole = existsSync(target) && readdirSync(target).includes('superblock');
    t.true(isWhole || code !== 0, `${code} ${signal}`);
    if (isWhole) t.is((await run('range', '--keys', target)).stdout.split('\n').length, 60_001);
  }
  t.log(ends.join(' '));
  t.is((await run('get', path, 'key-00000000')).code, 0);
});
