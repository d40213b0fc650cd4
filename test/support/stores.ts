// Stores on the real disk for tests: opened in a directory of their own and closed when the test ends;
// copies of the directory of an open store, which are stores after an unclean stop; what a directory
// holds, byte by byte; and errors by their code.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { ExecutionContext } from 'ava';

import type {
  KeyEncoding,
  KeyOf,
  LaneErrorCode,
  OpenOptions,
  Store,
  ValueEncoding,
  ValueOf,
} from '../../src/index.js';
import { isLaneError, LaneError, open } from '../../src/index.js';
import { openIn } from '../../src/store/open.js';
import { withMedium } from './medium.js';
import { temporaryDirectory } from './temporary-directory.js';
import { TestDisk } from './test-disk.js';
import { TestEnvironment } from './test-environment.js';

/** Small segments and little memory, so that rotations and limits are near. */
export const SMALL = { memoryBytes: 1048576, segmentBytes: 65536 } as const;

/** A path in a new directory; nothing is there. */
export function newPath(t: ExecutionContext): string {
  return join(temporaryDirectory(t), 'store');
}

/** Opens a store and closes it when the test ends. */
export async function openAt<
  KE extends KeyEncoding = 'ordered',
  VE extends ValueEncoding = 'msgpack',
>(
  t: ExecutionContext,
  path: string,
  options?: OpenOptions<KE, VE>,
): Promise<Store<KeyOf<KE>, ValueOf<VE>>> {
  const store = await open<KE, VE>(path, withMedium(options));
  t.teardown(() => store.close().catch(() => undefined));
  return store;
}

/** A new store. */
export function openNew<KE extends KeyEncoding = 'ordered', VE extends ValueEncoding = 'msgpack'>(
  t: ExecutionContext,
  options?: OpenOptions<KE, VE>,
): Promise<Store<KeyOf<KE>, ValueOf<VE>>> {
  return openAt(t, newPath(t), options);
}

/** A new store on a simulated disk, without threads: for what does not depend on them. */
export async function openInMemory<
  KE extends KeyEncoding = 'ordered',
  VE extends ValueEncoding = 'msgpack',
>(t: ExecutionContext, options?: OpenOptions<KE, VE>): Promise<Store<KeyOf<KE>, ValueOf<VE>>> {
  const environment = new TestEnvironment(new TestDisk({ mappable: false }));
  const store = await openIn<KE, VE>(environment, '/store', options);
  t.teardown(() => store.close().catch(() => undefined));
  return store;
}

/** What the store would leave if its process died now: a copy of its directory, without its owner. */
export async function copyUnclean(
  t: ExecutionContext,
  store: { path: string; flush(): Promise<void> },
): Promise<string> {
  await store.flush();
  const target = newPath(t);
  mkdirSync(target);
  for (const name of readdirSync(store.path)) {
    if (name !== 'LOCK' && !name.endsWith('.tmp')) {
      copyFileSync(join(store.path, name), join(target, name));
    }
  }
  return target;
}

/** Names in a directory with length, time of change and digest of the content. */
export function listingOf(directory: string): Record<string, string> {
  const listing: Record<string, string> = { '.': String(statSync(directory).mtimeMs) };
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const found = statSync(path);
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    listing[name] = `${found.size} ${found.mtimeMs} ${found.mode} ${digest}`;
  }
  return listing;
}

/** Bytes of the segment files in a directory. */
export function segmentBytesOf(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.startsWith('wal-'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

/** The error of this code with which a promise rejects. */
export async function rejectsWith(
  t: ExecutionContext,
  code: LaneErrorCode,
  promise: Promise<unknown>,
): Promise<LaneError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return hasCode(t, code, error);
}

/** The error of this code that a call throws. */
export function throwsWith(
  t: ExecutionContext,
  code: LaneErrorCode,
  call: () => unknown,
): LaneError {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  return hasCode(t, code, error);
}

function hasCode(t: ExecutionContext, code: LaneErrorCode, error: unknown): LaneError {
  if (isLaneError(error, code)) {
    t.pass();
    return error;
  }
  t.fail(`${code} was expected, not ${String(error)}`);
  return new LaneError(code, String(error));
}
