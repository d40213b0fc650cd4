// Starts the process that writes visits, kills it in mid-write, and returns what it had
// acknowledged.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WRITER = fileURLToPath(new URL('visit-writer.js', import.meta.url));

export interface KilledWriter {
  /** Every visit up to this number was acknowledged; -1 if none was. */
  readonly lastAcknowledged: number;
  readonly count: number;
}

/** Kills it after so many acknowledged visits, or when `signal` says so. */
export async function killWriter(
  path: string,
  run: string,
  visits: number,
  signal: AbortSignal,
): Promise<KilledWriter> {
  const child = spawn(process.execPath, [WRITER, path, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  let rest = '';
  let count = 0;
  let lastAcknowledged = -1;
  child.stdout.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop() ?? '';
    count += lines.length;
    for (const line of lines) lastAcknowledged = Math.max(lastAcknowledged, Number(line));
    if (count >= visits) stop();
  });
  const end = await new Promise((resolve) => child.on('close', (_code, name) => resolve(name)));
  signal.removeEventListener('abort', stop);
  if (end !== 'SIGKILL') throw new Error('the writing process ended before it was killed');
  return { lastAcknowledged, count };
}
