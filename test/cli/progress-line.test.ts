// The line of progress: on a terminal only, always one.

import test from 'ava';

import { progressLine } from '../../src/cli/progress-line.js';

function shown(isTTY: boolean | undefined, texts: string[]): string[] {
  const written: string[] = [];
  const show = progressLine({ isTTY, write: (text) => written.push(text) });
  for (const text of texts) show(text);
  return written;
}

test('each text takes the place of the one before it, and an empty one clears', (t) => {
  const clear = '\r\u001b[K';
  t.deepEqual(shown(true, ['1', '22', '', '']), [`${clear}1`, `${clear}22`, clear]);
  t.deepEqual(shown(true, ['']), []);
});

test('where nobody looks nothing is written', (t) => {
  t.deepEqual(shown(false, ['1', '']), []);
  t.deepEqual(shown(undefined, ['1']), []);
});
