// Logs for the tests of this folder: on the simulated disk with either medium, and on real files;
// what they hold, as short texts; and the processes of child.ts.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ExecutionContext } from 'ava';

import { openLogIn } from '../../src/log/open-log.js';
import type { Log, LogEntry, LogOptions } from '../../src/wal-api.js';
import { openLog } from '../../src/wal-api.js';
import type { InlineBackground } from '../support/inline-background.js';
import { isPossible, withMedium } from '../support/medium.js';
import { newPath } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import type { TestEnvironmentOptions } from '../support/test-environment.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { ChildTask } from './child.js';

export type Io = 'buffered' | 'mapped';

/** Both media: the simulated disk has them everywhere. */
export const MEDIA: readonly Io[] = ['buffered', 'mapped'];
export const PATH = '/store';
export const SEGMENT_BYTES = 65536;
const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

export interface Simulated {
  readonly log: Log;
  readonly disk: TestDisk;
  readonly background: InlineBackground;
}

/** Media that work on real files here. */
export function realMedia(): Io[] {
  return MEDIA.filter(isPossible);
}

/** Opens the log of a simulated disk. Unless told, a round runs once somebody waits for it. */
export async function openOn(
  disk: TestDisk,
  options: LogOptions = {},
  world: TestEnvironmentOptions = {},
): Promise<Simulated> {
  const environment = new TestEnvironment(disk, world);
  const log = await openLogIn(environment, PATH, { segmentBytes: SEGMENT_BYTES, ...options });
  const background = environment.current;
  if (background === undefined) throw new Error('a log has a background');
  return { log, disk, background };
}

/** A log on a new simulated disk. */
export function openNewOn(
  options: LogOptions = {},
  world: TestEnvironmentOptions = {},
): Promise<Simulated> {
  return openOn(new TestDisk({ seed: 7 }), options, world);
}

/** A log on real files, closed when the test ends. */
export async function openReal(
  t: ExecutionContext,
  options: LogOptions = {},
  path = newPath(t),
): Promise<Log> {
  const log = await openLog(path, withMedium({ segmentBytes: SEGMENT_BYTES, ...options }));
  t.teardown(() => log.close().catch(() => undefined));
  return log;
}

/** The log's directory as real files, for readLog(). */
export function realCopy(t: ExecutionContext, disk: TestDisk): string {
  const path = newPath(t);
  disk.toDirectory(path, PATH);
  return path;
}

/** What the log of a disk holds, found by opening a copy of it. */
export async function textsOn(disk: TestDisk, options: LogOptions = {}): Promise<string[]> {
  const { log } = await openOn(disk.kill(), options);
  const texts = textsOf(log.entries());
  await log.close();
  return texts;
}

export function textsOf(entries: Iterable<LogEntry>): string[] {
  return Array.from(entries, textOf);
}

/** Bytes as text, everything else as its kind and what it says. */
export function textOf(entry: LogEntry): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  switch (entry.kind) {
    case 'bytes':
      return text(entry.data);
    case 'put':
      return `put ${text(entry.key)}=${text(entry.value)}`;
    case 'delete':
      return `delete ${text(entry.key)}`;
    case 'checkpoint':
      return `checkpoint ${entry.id}`;
    case 'epoch-barrier':
      return `epoch ${entry.epoch}`;
    default:
      return `${entry.kind} of ${entry.operations.length}`;
  }
}

/** `count` numbered texts of a length. */
export function numbered(count: number, bytes = 16, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}`.padStart(bytes, '.'));
}

/** Names of the segments in the log's directory. */
export function segmentFiles(disk: TestDisk): string[] {
  return disk.list(PATH).filter((name) => name.startsWith('wal-'));
}

/** Runs a process of child.ts; resolves with its lines once it ended, or `enough` had it killed. */
export async function runChild(
  task: ChildTask,
  enough: (lines: string[]) => boolean = () => false,
): Promise<{ lines: string[]; signal: string | null }> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    if (enough(output.split('\n'))) child.kill('SIGKILL');
  });
  const signal = await new Promise<string | null>((resolve) =>
    child.on('close', (_code, name) => resolve(name)),
  );
  return { lines: output.split('\n').slice(0, -1), signal };
}
