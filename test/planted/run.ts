// npm run test:planted [-- --only NAME] [--write]: plants each bug into a copy of the project and runs
// the test that has to notice it. Prints a table; exit code 1 if a bug does not apply, does not
// compile or is not caught. --write puts the table into docs/testing.md when all were caught.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { PlantedBug } from './planted-bug.js';
import { PLANTED_BUGS } from './planted-bugs.js';
import { ProjectCopy } from './project-copy.js';
import { DOCUMENT, type Row, rowOf, withRows } from './table.js';
import { escapeOf, unsoundOf } from './verdict.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SOUND_SECONDS_MAX = 120;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, write: { type: 'boolean' } },
  });
  const bugs = chosen(values.only);
  if (values.write === true && values.only !== undefined) {
    throw new TypeError('--write needs all bugs, so it does not go with --only');
  }
  const start = performance.now();
  const copy = new ProjectCopy(ROOT);
  const removeNow = () => copy.remove();
  process.once('exit', removeNow);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const unsound = await checkSound(copy, bugs);
  const rows: Row[] = [];
  const nameWidth = Math.max(...bugs.map(({ name }) => name.length));
  console.log(`${'bug'.padEnd(nameWidth)}  seconds  caught by`);
  for (const bug of bugs) {
    const { row, reason } = await tryOne(copy, bug, unsound.get(bug.test.file));
    if (reason === undefined) rows.push(row);
    const seconds = reason === undefined ? row.seconds.toFixed(1) : '-';
    const outcome = reason === undefined ? row.caughtBy : `NOT CAUGHT: ${reason}`;
    console.log(`${bug.name.padEnd(nameWidth)}  ${seconds.padStart(7)}  ${outcome}`);
  }
  const isAll = rows.length === bugs.length;
  if (values.write === true && isAll) {
    const path = join(ROOT, DOCUMENT);
    writeFileSync(path, withRows(readFileSync(path, 'utf8'), rows));
  }
  const tests = new Set(rows.map(({ caughtBy }) => caughtBy)).size;
  const total = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${rows.length} of ${bugs.length} planted bugs caught by ${tests} tests in ${total} s`,
  );
  return isAll ? 0 : 1;
}

function chosen(names: readonly string[] | undefined): readonly PlantedBug[] {
  const unknown = names?.find((name) => !PLANTED_BUGS.some((bug) => bug.name === name));
  if (unknown !== undefined) throw new TypeError(`no planted bug is named ${unknown}`);
  return PLANTED_BUGS.filter(({ name }) => names?.includes(name) ?? true);
}

/** Runs every named test once without a bug. What is wrong, by test file. */
async function checkSound(
  copy: ProjectCopy,
  bugs: readonly PlantedBug[],
): Promise<Map<string, string>> {
  const problem = copy.compile();
  if (problem !== undefined) throw new Error(`the project does not compile: ${problem}`);
  const titles = new Map<string, Set<string>>();
  for (const { test } of bugs) {
    titles.set(test.file, (titles.get(test.file) ?? new Set()).add(test.title));
  }
  const unsound = new Map<string, string>();
  for (const [file, wanted] of titles) {
    const { report } = await copy.runTests(file, [...wanted], SOUND_SECONDS_MAX);
    const reason = unsoundOf([...wanted], report);
    if (reason !== undefined) unsound.set(file, reason);
  }
  return unsound;
}

async function tryOne(
  copy: ProjectCopy,
  bug: PlantedBug,
  unsound: string | undefined,
): Promise<{ row: Row; reason: string | undefined }> {
  if (unsound !== undefined) return { row: rowOf(bug, 0), reason: unsound };
  try {
    copy.plant(bug);
    const problem = copy.compile();
    if (problem !== undefined)
      return { row: rowOf(bug, 0), reason: `does not compile: ${problem}` };
    const { file, title } = bug.test;
    const run = await copy.runTests(file, [title], bug.secondsMax);
    return { row: rowOf(bug, run.seconds), reason: escapeOf(bug, run) };
  } catch (error) {
    return { row: rowOf(bug, 0), reason: error instanceof Error ? error.message : String(error) };
  } finally {
    copy.restore(bug);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
