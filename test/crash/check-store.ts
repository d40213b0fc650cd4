// Opens a store whose writer was killed and holds it to the writer's operations: it opens; it holds
// a prefix of them, whole, with everything acknowledged; versions follow the write order; opening
// it again, read-only or not, gives the same.

import { isDeepStrictEqual } from 'node:util';

import { openAny } from '../support/any-store.js';
import {
  type CrashState,
  differenceOf,
  type FoundState,
  findPrefix,
  readState,
  versionProblem,
} from './crash-state.js';
import type { CrashLife } from './operation-stream.js';

export interface CheckTask {
  readonly path: string;
  readonly io: 'mapped' | 'buffered';
  /** Open read-only first, which must change nothing. */
  readonly isReadFirst: boolean;
  readonly life: CrashLife;
  readonly acknowledged: number;
  /** What the store held before this life. */
  readonly base: CrashState;
}

export interface CheckResult {
  readonly problem: string | undefined;
  readonly state: CrashState;
  readonly operations: number;
}

export async function checkStore(task: CheckTask): Promise<CheckResult> {
  let found: FoundState;
  try {
    found = await openAndRead(task, task.isReadFirst);
  } catch (error) {
    return { problem: `does not open: ${textOf(error)}`, state: task.base, operations: 0 };
  }
  const prefix = findPrefix(task.base, found, task.life, task.acknowledged);
  const { operations } = prefix;
  if (prefix.state === undefined) return { problem: prefix.problem, state: found, operations };
  let problem = versionProblem(found);
  for (let opening = 2; problem === undefined && opening <= 3; opening++) {
    try {
      problem = againProblem(found, await openAndRead(task, false));
    } catch (error) {
      problem = `opening ${opening} fails: ${textOf(error)}`;
    }
  }
  return { problem, state: prefix.state, operations };
}

async function openAndRead(task: CheckTask, readOnly: boolean): Promise<FoundState> {
  const { io, life } = task;
  const { memoryBytes, segmentBytes } = life.profile;
  const store = await openAny(task.path, {
    keyEncoding: 'ordered',
    valueEncoding: 'utf8',
    io,
    memoryBytes,
    segmentBytes,
    readOnly,
  });
  try {
    return readState(store);
  } finally {
    await store.close();
  }
}

function againProblem(first: FoundState, again: FoundState): string | undefined {
  const difference = differenceOf(first, again);
  if (difference !== undefined) return `opening it again gives something else: ${difference}`;
  if (isDeepStrictEqual(first.versions, again.versions)) return undefined;
  return 'opening it again gives other versions';
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
