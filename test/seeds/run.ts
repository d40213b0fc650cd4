// npm run seeds
// Checks docs/seeds.md, runs every test that it names, and prints what became of each row. Exit code 1
// unless all rows are there and all their tests passed.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as api from '../../src/wal-api.js';
import type { CheckedRow } from './check-seeds.js';
import { checkSeeds, summaryOf } from './check-seeds.js';
import type { NamedTest } from './seed-document.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OUTPUT_BYTES_MAX = 2 ** 26;
const RESULT = /^(ok|not ok) \d+ - (.*?)(?: # (SKIP|TODO).*)?$/gm;

function readText(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function keyOf({ file, title }: NamedTest): string {
  return `${basename(file, '.test.ts')} \u203a ${title}`;
}

/** Runs the files; returns what became of each test, by file and title. */
function runTests(files: readonly string[]): Map<string, string> {
  const ava = join(dirname(createRequire(import.meta.url).resolve('ava')), 'cli.mjs');
  const paths = files.map((file) => join('dist', file.replace(/\.ts$/, '.js')));
  const { stdout } = spawnSync(process.execPath, [ava, '--tap', ...paths], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const results = new Map<string, string>();
  for (const [, state = '', name = '', skipped] of stdout.matchAll(RESULT)) {
    // Folder, file, title: as many as are needed to tell the files apart.
    results.set(name.split(' \u203a ').slice(-2).join(' \u203a '), skipped ?? state);
  }
  return results;
}

function withResults(row: CheckedRow, results: Map<string, string>): CheckedRow {
  const failures = row.tests
    .map((one) => ({ one, result: results.get(keyOf(one)) ?? 'it did not run' }))
    .filter(({ result }) => result !== 'ok')
    .map(({ one, result }) => `'${one.title}': ${result}`);
  return { ...row, problems: [...row.problems, ...failures] };
}

function main(): number {
  const checked = checkSeeds(readText, Object.keys(api));
  const files = [...new Set(checked.rows.flatMap((row) => row.tests.map((one) => one.file)))];
  const start = performance.now();
  const results = runTests(files.filter((file) => readText(file) !== undefined).sort());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const rows = checked.rows.map((row) => withResults(row, results));
  for (const { id, names, tests, problems } of rows) {
    const state = problems.length === 0 ? 'holds' : 'FAILS';
    console.log(`${id}  ${state}  ${tests.length} tests  ${names.join(', ')}`);
    for (const problem of problems) console.log(`       ${problem}`);
  }
  for (const problem of checked.problems) console.log(problem);
  const passed = [...results.values()].filter((result) => result === 'ok').length;
  console.log(`${passed} of ${results.size} tests of ${files.length} files passed, ${seconds} s`);
  console.log(summaryOf(rows));
  const isWhole = checked.problems.length === 0 && rows.every((row) => row.problems.length === 0);
  return isWhole && passed === results.size ? 0 : 1;
}

process.exitCode = main();
