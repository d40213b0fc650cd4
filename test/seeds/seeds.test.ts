// docs/seeds.md holds together: `npm run seeds` without running what it names. And its checker bites:
// every way in which a row can be wrong is planted once.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import * as api from '../../src/wal-api.js';
import { checkSeeds, summaryOf } from './check-seeds.js';
import { FAULT_IDS, ROW_IDS } from './seed-document.js';

const ROOT = new URL('../../../', import.meta.url);
const VALUES = Object.keys(api);

function readText(path: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
  } catch {
    return undefined;
  }
}

const DOCUMENT = readText('docs/seeds.md') ?? '';

/** What is found wrong with a document, or with a test file, that was changed. */
function problemsWith(changed: Record<string, string>): string[] {
  const read = (path: string) => changed[path] ?? readText(path);
  const { rows, problems } = checkSeeds(read, VALUES);
  return [...problems, ...rows.flatMap((row) => row.problems.map((one) => `${row.id}: ${one}`))];
}

function planted(from: string | RegExp, to: string): string[] {
  const text = DOCUMENT.replace(from, to);
  if (text === DOCUMENT) throw new Error(`nothing to plant at ${from}`);
  return problemsWith({ 'docs/seeds.md': text });
}

test('every operation and every fault has its row, its names and its tests', (t) => {
  t.is(ROW_IDS.length, 41);
  t.is(FAULT_IDS.length, 43);
  const { rows, problems } = checkSeeds(readText, VALUES);
  t.deepEqual([...problems, ...rows.flatMap((row) => row.problems)], []);
  t.is(summaryOf(rows), '41 of 41 rows, 43 of 43 faults');
});

test('a row that is missing, comes twice or belongs to nothing is found', (t) => {
  const row = /^\| MW-09 .*\n/m;
  const [text = ''] = row.exec(DOCUMENT) ?? [];
  t.deepEqual(planted(row, ''), ['MW-09 has no row']);
  t.deepEqual(planted(row, text + text), ['MW-09 has a row too many']);
  t.deepEqual(planted(row, text + text.replace('MW-09', 'MW-21')), ['MW-21 has a row too many']);
});

test('a name that is not exported, or that no test of the row uses, is found', (t) => {
  const name = '`Log.nextSequence`';
  t.regex(planted(name, '`Log.nextNumber`').join('\n'), /MW-09: Log has no member Log.nextNumber/);
  t.regex(planted(name, '`Logs.nextSequence`').join('\n'), /is no export and no error code/);
  t.regex(planted(name, '`LogStats`').join('\n'), /MW-09: LogStats is not there at run time/);
  t.regex(planted(name, '`STORE_LOST`').join('\n'), /STORE_LOST is no export and no error code/);
  t.deepEqual(planted(name, `${name}, \`Log.retire\``), ['MW-09: no test uses Log.retire']);
  t.deepEqual(planted(name, '`Log.retire`'), [
    'MW-09: no test uses Log.retire',
    "MW-09: 'a log tells its path, whether it is open, and the sequence that comes next' uses no name of the row",
  ]);
  t.deepEqual(planted(name, 'nextSequence').slice(0, 1), [
    'MW-09: it names nothing of this project',
  ]);
});

test('a test that is not there, is skipped, expected to fail or only talked about is found', (t) => {
  const file = 'test/seeds/threads.test.ts';
  const text = readText(file) ?? '';
  const title = 'a follower gives every entry once, in order, while another thread writes the log';
  t.regex(planted(title, 'a follower').join('\n'), /CW-20: .* has no test 'a follower'/);
  t.regex(planted('seeds/threads.test.ts', 'seeds/none.test.ts').join('\n'), /there is no file/);
  for (const way of ['skip', 'failing', 'todo', 'only', 'serial.skip']) {
    const changed = text.replace(`test('${title}'`, `test.${way}('${title}'`);
    t.deepEqual(problemsWith({ [file]: changed }), [`CW-20: '${title}' is a test.${way}`]);
  }
  const commented = text.replace(`test('${title}'`, `// test('${title}'\ntest('another'`);
  t.deepEqual(problemsWith({ [file]: commented }).slice(0, 1), [
    `CW-20: ${file} has no test '${title}'`,
  ]);
  const doubled = `${text}\ntest('${title}', (t) => t.pass());\n`;
  t.deepEqual(problemsWith({ [file]: doubled }).slice(0, 1), [
    `CW-20: '${title}' is a test with the title of another`,
  ]);
  const unused = text.replaceAll('followLog(path', 'follow(path').replaceAll('followLog, ', '');
  t.deepEqual(problemsWith({ [file]: unused }), [
    'CW-20: no test uses followLog',
    `CW-20: '${title}' uses no name of the row`,
  ]);
});

test('a row without a test, or with a column too many, is no row', (t) => {
  t.throws(() => planted('| `seeds/contract.test.ts`: a log tells', '| a log tells'), {
    message: /MW-08 names no test/,
  });
  t.throws(() => planted('| MW-08 | is_open', '| MW-08 | is | open'), { message: /columns/ });
});
