// A copy of the project in a temporary directory: what git knows of it and what is new, with the
// packages of the original. Compiled step by step, so that a change of one source takes half a second.

import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { type PlantedBug, plant } from './planted-bug.js';
import { readTap } from './tap-report.js';
import type { TestRun } from './verdict.js';

const COMPILER = 'node_modules/typescript/bin/tsc';
const RUNNER = 'node_modules/ava/entrypoints/cli.mjs';
const SEED = '1';

export class ProjectCopy {
  readonly #root: string;
  readonly #path: string;

  constructor(root: string) {
    this.#root = root;
    this.#path = mkdtempSync(join(tmpdir(), 'lanedb-planted-'));
    for (const file of filesOf(root)) {
      if (!existsSync(join(root, file))) continue;
      mkdirSync(dirname(join(this.#path, file)), { recursive: true });
      cpSync(join(root, file), join(this.#path, file));
    }
    symlinkSync(join(root, 'node_modules'), join(this.#path, 'node_modules'), 'junction');
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  /** What the compiler has to say; undefined if it is content. */
  compile(): string | undefined {
    const result = spawnSync(
      process.execPath,
      [COMPILER, '--incremental', '--tsBuildInfoFile', '.cache/planted.tsbuildinfo'],
      { cwd: this.#path, encoding: 'utf8' },
    );
    return result.status === 0 ? undefined : `${result.stdout}${result.stderr}`.trim();
  }

  /** Puts the bug in. Throws if it does not apply. */
  plant(bug: PlantedBug): void {
    const source = readFileSync(join(this.#root, bug.file), 'utf8');
    writeFileSync(join(this.#path, bug.file), plant(source, bug));
  }

  /** Takes the bug out; the next compilation leaves nothing of it. */
  restore(bug: PlantedBug): void {
    cpSync(join(this.#root, bug.file), join(this.#path, bug.file));
  }

  /** Runs tests of one file by their titles; ends them after the time. */
  runTests(file: string, titles: readonly string[], secondsMax: number): Promise<TestRun> {
    const compiled = `dist/${file.replace(/\.ts$/, '.js')}`;
    const matches = titles.flatMap((title) => ['--match', title]);
    const { LANEDB_IO: _, ...environment } = process.env;
    const child = spawn(process.execPath, [RUNNER, '--tap', compiled, ...matches], {
      cwd: this.#path,
      detached: true,
      env: { LANEDB_SEED: SEED, ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const start = performance.now();
    let text = '';
    let isEnded = false;
    const timer = setTimeout(() => {
      isEnded = true;
      // The whole group: the tests run in processes of their own.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, secondsMax * 1000);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => {
        clearTimeout(timer);
        const seconds = (performance.now() - start) / 1000;
        resolve({ report: readTap(text), seconds, isEnded });
      });
    });
  }
}

function filesOf(root: string): string[] {
  const known = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const result = spawnSync('git', known, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`git does not list the files: ${result.stderr}`);
  return result.stdout.split('\0').filter((file) => file !== '');
}
