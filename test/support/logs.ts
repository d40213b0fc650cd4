// Logs for tests: on the simulated disk, without threads, or on the real one.

import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openLogIn } from '../../src/log/open-log.js';
import type { Log, LogEntry, LogOptions } from '../../src/wal-api.js';
import { openLog } from '../../src/wal-api.js';
import { temporaryDirectory } from './temporary-directory.js';
import { TestDisk } from './test-disk.js';
import { TestEnvironment, type TestEnvironmentOptions } from './test-environment.js';

/** Small segments, so that rotations are near. */
export const SMALL_LOG = { segmentBytes: 65536, ringSegments: 3 } as const;

export interface TestLog {
  log: Log;
  disk: TestDisk;
  environment: TestEnvironment;
  /** One round of the syncer; standbys that were asked for are prepared. */
  sync(): void;
}

/** A log on a simulated disk; syncs happen when told unless `mode` says otherwise. */
export async function openTestLog(
  options: LogOptions = {},
  world: TestEnvironmentOptions & { disk?: TestDisk } = {},
): Promise<TestLog> {
  const disk = world.disk ?? new TestDisk({ seed: 1, mappable: false });
  const environment = new TestEnvironment(disk, { mode: 'told', prepares: true, ...world });
  const log = await openLogIn(environment, '/log', { ...SMALL_LOG, ...options });
  return { log, disk, environment, sync: () => void environment.current!.runRound() };
}

/** A log on the real disk, closed when the test ends. */
export async function openRealLog(
  t: ExecutionContext,
  options: LogOptions = {},
  path = join(temporaryDirectory(t), 'log'),
): Promise<Log> {
  const log = await openLog(path, options);
  t.teardown(() => log.close().catch(() => undefined));
  return log;
}

/** The bytes of an entry as text; its kind if it holds none. */
export function textOfEntry(entry: LogEntry): string {
  return entry.kind === 'bytes' ? Buffer.from(entry.data).toString() : entry.kind;
}

export function textsOf(entries: Iterable<LogEntry>): string[] {
  return [...entries].map(textOfEntry);
}

/** Appends until the log has rotated so many times; returns what was appended. */
export function fillLog(log: Log, rotations: number, bytes = 4000): string[] {
  const texts: string[] = [];
  const before = log.segments.length;
  while (log.segments.length < before + rotations) {
    const text = `${texts.length}:`.padEnd(bytes, '.');
    log.append(text);
    texts.push(text);
  }
  return texts;
}
