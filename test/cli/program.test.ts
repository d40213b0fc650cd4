// The words of a command line: help, wrong usage, and what scripts rely on.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import { run } from '../support/run-command.js';

const COMMANDS = [
  'dump',
  'verify',
  'stats',
  'get',
  'put',
  'del',
  'range',
  'export',
  'import',
  'salvage',
];

test('the version is that of the package', async (t) => {
  const manifest = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  t.like(await run('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('help names commands and exit codes', async (t) => {
  const { code, stdout, stderr } = await run('--help');
  t.is(code, 0);
  t.is(stderr, '');
  for (const command of COMMANDS) t.regex(stdout, new RegExp(`^  ${command} `, 'm'));
  for (const command of COMMANDS) {
    const help = await run(command, '--help');
    t.is(help.code, 0);
    t.regex(help.stdout, /Exit codes:\n {2}0 {4}fine\n {2}1 {4}damage found/);
  }
});

test('every option in the help stands in docs/cli.md too', async (t) => {
  const manual = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url));
  const text = readFileSync(manual, 'utf8');
  for (const command of COMMANDS) {
    t.true(text.includes(`lanedb ${command}`), command);
    const { stdout } = await run(command, '--help');
    for (const [option] of stdout.matchAll(/--[a-z-]+/g)) {
      if (option !== '--help') t.true(text.includes(option), `${command} ${option}`);
    }
  }
});

test('wrong usage is one line on stderr and an exit code of its own', async (t) => {
  for (const words of [
    ['frobnicate'],
    ['dum'],
    ['dump'],
    ['dump', 'a', 'b'],
    ['dump', '--no-such-option', 'a'],
    ['dump', '--jsom', 'a'],
    ['dump', '--from', 'x', 'a'],
    ['dump', '--lane', '-1', 'a'],
    ['get', 'a'],
    ['get', '--key-encoding', 'rot13', 'a', 'b'],
    ['put', 'a', 'b'],
    ['get', '--key-json', 'a', 'not json'],
    ['get', '', 'key'],
  ]) {
    const { code, stdout, stderr } = await run(...words);
    t.is(code, 2, words.join(' '));
    t.is(stdout, '');
    t.regex(stderr, /^lanedb: USAGE [^\n]+\n$/, words.join(' '));
  }
});

test('without a command it shows what there is, as wrong usage', async (t) => {
  const { code, stderr } = await run();
  t.is(code, 2);
  t.regex(stderr, /^Usage: lanedb/);
});
