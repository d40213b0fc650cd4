// All tests of the project on one Node, in one medium; without native packages in a copy of the project.

import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { PROJECT } from '../package/packed.js';
import { CACHE, type NodeProgram } from './node-binaries.js';
import type { CellResult, Column } from './results.js';

const PROBLEMS_MAX = 10;

export async function runTests(node: NodeProgram, column: Column): Promise<CellResult> {
  const directory = column === 'without-native' ? copyWithoutNative() : PROJECT;
  const log = join(CACHE, `${node.spec}-${column}.tap`);
  const begun = performance.now();
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_OPTIONS: '' };
  env['PATH'] = `${dirname(node.program)}${delimiter}${process.env['PATH'] ?? ''}`;
  if (column === 'mapped') env['LANEDB_IO'] = 'mapped';
  else delete env['LANEDB_IO'];
  const ava = join(directory, 'node_modules/ava/entrypoints/cli.mjs');
  const code = await runInto(log, node.program, [ava, '--tap'], { cwd: directory, env });
  const seconds = Math.round((performance.now() - begun) / 1000);
  return { ...readTap(readFileSync(log, 'utf8'), code), version: node.version, seconds };
}

/** Copies the project once for all versions of Node, builds it, and removes it at the end. */
let copied: string | undefined;

function copyWithoutNative(): string {
  if (copied !== undefined) return copied;
  const target = join(tmpdir(), `lanedb-without-native-${process.pid}`);
  const steps = [
    { words: [join(PROJECT, 'scripts/without-native.mjs'), target], cwd: PROJECT },
    { words: [join(target, 'node_modules/typescript/bin/tsc')], cwd: target },
  ];
  for (const { words, cwd } of steps) {
    const run = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${words.join(' ')}: ${run.stdout}${run.stderr}`);
  }
  copied = target;
  return target;
}

export function removeCopy(): void {
  if (copied !== undefined && existsSync(copied)) rmSync(copied, { recursive: true });
  copied = undefined;
}

function runInto(
  log: string,
  program: string,
  words: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<number | null> {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  const file = createWriteStream(log);
  child.stdout.pipe(file);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => file.end(() => resolve(code)));
  });
}

/** What the report says; a run that ended badly without naming a failure failed too. */
export function readTap(
  text: string,
  code: number | null,
): Omit<CellResult, 'version' | 'seconds'> {
  const count = (name: string): number =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const problems = [...text.matchAll(/^not ok \d+ - (.*)$/gm)]
    .filter(([line]) => !line.includes('# TODO'))
    .map(([, title = '']) => title);
  let failed = Math.max(count('fail'), problems.length);
  if (failed === 0 && (code !== 0 || count('pass') === 0)) {
    problems.push(`the test runner ended with exit code ${code}`);
    failed = 1;
  }
  const passed = count('pass');
  return { passed, failed, skipped: count('skip'), problems: problems.slice(0, PROBLEMS_MAX) };
}
