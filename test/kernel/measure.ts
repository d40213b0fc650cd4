// Runs one measurement in a process of its own.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Measurements } from './child.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

export async function measure<K extends keyof Measurements>(
  kind: K,
  task: Measurements[K]['task'],
): Promise<Measurements[K]['report']> {
  const child = spawn(process.execPath, [CHILD, kind, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const end = await new Promise<unknown>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  if (end !== 0) throw new Error(`the measurement ${kind} ended with ${end}: ${errors}`);
  return JSON.parse(output) as Measurements[K]['report'];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
