// Planted bugs keep up with the project, checked without planting any: every change applies, every named
// test is there, and docs/testing.md lists exactly these bugs. npm run test:planted runs them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import { plant } from './planted-bug.js';
import { PLANTED_BUGS } from './planted-bugs.js';
import { DOCUMENT, rowOf, rowsIn } from './table.js';
import { declaredTests } from './test-titles.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');

for (const bug of PLANTED_BUGS) {
  test(`the planted bug ${bug.name} applies, and the test that catches it is there`, (t) => {
    t.notThrows(() => plant(read(bug.file), bug));
    const { file, title } = bug.test;
    const named = declaredTests(read(file)).filter((one) => one.matches(title));
    t.is(named.length, 1, `${file}: ${title}`);
    t.false(named[0]?.isSkipped);
    t.false(/\*|^!/.test(title), 'the title is no pattern');
  });
}

test('every planted bug has a name of its own', (t) => {
  t.is(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length);
});

test('the document lists exactly the planted bugs, each caught in time', (t) => {
  const rows = rowsIn(read(DOCUMENT));
  t.deepEqual(
    rows.map((row) => ({ ...row, seconds: 0 })),
    PLANTED_BUGS.map((bug) => rowOf(bug, 0)),
  );
  for (const [index, { seconds }] of rows.entries()) {
    t.true(seconds > 0 && seconds <= (PLANTED_BUGS[index]?.secondsMax ?? 0));
  }
});

test('every known failure of the document has a planted bug, and every bug a known failure', (t) => {
  const known = [...read(DOCUMENT).matchAll(/^\| ([A-Z]\d+) \| /gm)].map((match) => match[1]);
  const planted = new Set(PLANTED_BUGS.flatMap(({ reference }) => reference.split(', ')));
  t.true(known.length > 30);
  t.deepEqual([...planted].sort(), known.sort());
});

test('a change that does not apply exactly once is refused', (t) => {
  const [bug] = PLANTED_BUGS;
  if (bug === undefined) return t.fail();
  const sound = { ...bug, find: 'a + b', replace: 'a - b', also: [] };
  t.is(plant('x = a + b;', sound), 'x = a - b;');
  t.throws(() => plant('x = b + a;', sound), { message: /stands 0 times/ });
  t.throws(() => plant('x = a + b; y = a + b;', sound), { message: /stands 2 times/ });
  t.throws(() => plant('a + b', { ...sound, replace: 'a + b' }), { message: /changes nothing/ });
  t.throws(() => plant('a + b', { ...sound, also: [{ find: 'c', replace: '' }] }));
});

test('titles are found in the text of a test file, those of templates too, and skipped ones are told', (t) => {
  const found = declaredTests(
    [
      "test('plain', (t) => {});",
      "test.serial(\n    'with \\'marks\\' (and more)',",
      'testMapped(`$' + '{medium}: of $' + '{count} things`, () => {});',
      "test.skip('left out', () => {});",
      "contest('no test');",
    ].join('\n'),
  );
  const isSkipped = (title: string) => found.filter((one) => one.matches(title))[0]?.isSkipped;
  t.is(isSkipped('plain'), false);
  t.is(isSkipped("with 'marks' (and more)"), false);
  t.is(isSkipped('mapped: of 7 things'), false);
  t.is(isSkipped('left out'), true);
  t.is(isSkipped('mapped: of things'), undefined);
  t.is(isSkipped('no test'), undefined);
});
