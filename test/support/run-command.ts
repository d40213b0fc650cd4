// The lanedb command as a process of its own, as its users run it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { Output, type OutputStream } from '../../src/cli/output.js';
import { runCommand } from '../../src/cli/program.js';

export const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs the command to its end. */
export function lanedb(...words: string[]): Ended {
  const maxBuffer = 256 * 1024 * 1024;
  const run = spawnSync(process.execPath, [COMMAND, ...words], { encoding: 'utf8', maxBuffer });
  return { code: run.status, signal: run.signal, stdout: run.stdout, stderr: run.stderr };
}

/** The same without a process of its own: much faster, but no signals and no pipes. */
export function run(...words: string[]): Promise<Ended> {
  return runWith([], ...words);
}

/** The same with these pieces as its input. */
export async function runWith(
  input: Iterable<string | Uint8Array>,
  ...words: string[]
): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const stream: OutputStream = {
    write(text, done) {
      stdout += text;
      setImmediate(done);
      return true;
    },
    on: () => undefined,
  };
  const code = await runCommand(words, {
    output: new Output(stream),
    writeOut: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    input: () => Readable.from([...input].map((piece) => Buffer.from(piece))),
  });
  return { code, signal: null, stdout, stderr };
}

export interface Started {
  child: ChildProcess;
  stdout: Readable;
  /** Exit code or signal, whenever it ended. */
  ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts the command; nobody reads its output yet. */
export function startLanedb(...words: string[]): Started {
  const child = spawn(process.execPath, [COMMAND, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, stdout: child.stdout, ended };
}
