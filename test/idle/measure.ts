// Runs one measuring process and reads its report. A process that does not end by itself is an
// error.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ChildTask } from './child.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** The young part of the heap keeps its size: its growth would look like a leak of mappings. */
const STEADY_HEAP = '--max-semi-space-size=1';
/** From the report to the end of the process, at most. */
const END_MS_MAX = 10_000;

export interface Measured<Report> {
  readonly report: Report;
  /** From the report to the end of the process. */
  readonly endMs: number;
}

export async function measure<Report>(task: ChildTask): Promise<Measured<Report>> {
  const options = ['--expose-gc', STEADY_HEAP];
  const child = spawn(process.execPath, [...options, CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let reportedAt = 0;
  let isHanging = false;
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    reportedAt = performance.now();
    setTimeout(() => {
      isHanging = true;
      child.kill('SIGKILL');
    }, END_MS_MAX).unref();
  });
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const endMs = performance.now() - reportedAt;
  if (isHanging) throw new Error(`the process was still there ${END_MS_MAX} ms after its work`);
  if (code !== 0) throw new Error(`the process ended with ${code}: ${errors}`);
  return { report: JSON.parse(output) as Report, endMs };
}
