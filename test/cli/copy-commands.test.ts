// The commands that move contents, as words: help and wrong usage.

import test from 'ava';

import { run } from '../support/run-command.js';

test('each has its help with its arguments', async (t) => {
  for (const [command, words] of [
    ['export', /<path>/],
    ['import', /<path>/],
    ['salvage', /<path> <target>/],
  ] as const) {
    const { code, stdout } = await run(command, '--help');
    t.is(code, 0);
    t.regex(stdout, words);
  }
});

test('wrong words are wrong usage', async (t) => {
  for (const words of [
    ['salvage'],
    ['salvage', 'a'],
    ['salvage', 'a', 'b', 'c'],
    ['export'],
    ['export', 'a', 'b'],
    ['export', 'a', '--keys'],
    ['import'],
    ['import', 'a', '--key-json'],
    ['import', 'a', '--value-encoding', 'xml'],
  ]) {
    const { code, stderr } = await run(...words);
    t.is(code, 2, words.join(' '));
    t.regex(stderr, /^lanedb: USAGE [^\n]+\n$/);
  }
});
