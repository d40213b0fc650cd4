// Starts the child processes one after another, gives each a temporary directory, and cleans up:
// on an interrupt the running child is killed and every temporary store is removed.

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CHILD_TIMEOUT_MS = 180_000;
const ERROR_CHARACTERS = 4000;

export class Session {
  readonly #root: string;
  #child: ChildProcess | undefined;
  #directories = 0;

  constructor(parent: string) {
    this.#root = `${parent}/lanedb-bench-${process.pid}`;
    mkdirSync(this.#root, { recursive: true });
    const interrupted = (signal: NodeJS.Signals): void => {
      this.close();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);
    process.on('SIGHUP', interrupted);
  }

  get root(): string {
    return this.#root;
  }

  /** A fresh empty directory; it exists until removeDirectory or close. */
  makeDirectory(): string {
    const path = `${this.#root}/${this.#directories++}`;
    mkdirSync(path);
    return path;
  }

  removeDirectory(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }

  /** Runs a module with a task; resolves with its reply when its process is gone. */
  run<Reply>(module: string, task: object, options: { killAfterReply: boolean }): Promise<Reply> {
    const path = fileURLToPath(new URL(module, import.meta.url));
    const child = fork(path, [JSON.stringify(task)], {
      execArgv: ['--expose-gc', '--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    return new Promise<Reply>((resolve, reject) => {
      let reply: Reply | undefined;
      let errors = '';
      const timer = setTimeout(() => {
        errors = `no answer within ${CHILD_TIMEOUT_MS / 1000} s`;
        child.kill('SIGKILL');
      }, CHILD_TIMEOUT_MS);
      child.stderr?.on('data', (text: Buffer) => {
        if (errors.length < ERROR_CHARACTERS) errors += text.toString();
      });
      child.on('message', (message) => {
        reply = message as Reply;
        if (options.killAfterReply) child.kill('SIGKILL');
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        this.#child = undefined;
        if (reply !== undefined) resolve(reply);
        else reject(new Error(errors.trim() || `the process ended with ${signal ?? code}`));
      });
    });
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    this.removeDirectory(this.#root);
  }
}
