// A project of a user, empty but for the package: its files, what it runs, and what came out of it.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { PROJECT, readManifest } from './packed.js';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Longest run of any step. */
const RUN_MS_MAX = 120_000;
/** What the package depends on, here already. */
const DEPENDENCIES = ['commander', 'msgpackr', 'koffi', '@koromix'];

export class AppProject {
  readonly directory: string;
  /** The program that runs JavaScript here. */
  readonly node: string;

  constructor(directory: string, node: string = process.execPath) {
    this.directory = directory;
    this.node = node;
    mkdirSync(directory, { recursive: true });
    this.write('package.json', JSON.stringify({ name: 'app', private: true, version: '1.0.0' }));
  }

  /** Puts the package into node_modules as npm does, and what it depends on beside it. */
  unpack(tarball: string): void {
    const target = join(this.directory, 'node_modules/lanedb');
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
    for (const name of DEPENDENCIES) this.link(name);
    mkdirSync(join(this.directory, 'node_modules/.bin'));
    for (const [name, path] of Object.entries(readManifest(target).bin)) {
      chmodSync(join(target, path), 0o755);
      symlinkSync(join('../lanedb', path), join(this.directory, 'node_modules/.bin', name));
    }
  }

  /** Makes a package of our own node_modules one of the project; nothing if it is not installed. */
  link(name: string): void {
    const from = join(PROJECT, 'node_modules', name);
    const to = join(this.directory, 'node_modules', name);
    if (!existsSync(from) || existsSync(to)) return;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to);
  }

  write(name: string, text: string): void {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Runs a program in the project, the project's Node first in its path. */
  run(program: string, ...words: string[]): Promise<Ran> {
    return this.#run(
      `${dirname(this.node)}${delimiter}${process.env['PATH'] ?? ''}`,
      program,
      words,
    );
  }

  /** The same with the programs of this machine. */
  runHere(program: string, ...words: string[]): Promise<Ran> {
    return this.#run(process.env['PATH'] ?? '', program, words);
  }

  /** Runs a script of the project. */
  script(name: string, ...words: string[]): Promise<Ran> {
    return this.run(this.node, name, ...words);
  }

  #run(path: string, program: string, words: readonly string[]): Promise<Ran> {
    // npm hands its own settings down; they are not the project's.
    const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    const env = { ...Object.fromEntries(inherited), PATH: path, NODE_OPTIONS: '' };
    const child = spawn(program, words, {
      cwd: this.directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS_MAX,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }
}
