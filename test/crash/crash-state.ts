// What a store holds, as the parent sees it: read from a store, or made by applying operations.
// Finds the one number of operations after which both are equal.

import { isDeepStrictEqual } from 'node:util';

import type { AnyStore } from '../support/any-store.js';
import {
  type CrashCommit,
  type CrashLife,
  type CrashOperation,
  operationAt,
  parseValue,
  raisedCounter,
} from './operation-stream.js';

export interface CrashState {
  readonly values: Map<string, string>;
  commit: CrashCommit | undefined;
}

/** A state read from a store, with versions. */
export interface FoundState extends CrashState {
  readonly versions: Map<string, number>;
}

/** Where in the order of writes a life ended. */
export interface PrefixSearch {
  /** The state after `operations` operations; undefined if the store holds no prefix. */
  readonly state: CrashState | undefined;
  readonly operations: number;
  readonly problem: string;
}

export function emptyState(): CrashState {
  return { values: new Map(), commit: undefined };
}

export function readState(store: AnyStore): FoundState {
  const values = new Map<string, string>();
  const versions = new Map<string, number>();
  for (const [key, value] of store.entries()) {
    values.set(key as string, value as string);
    versions.set(key as string, store.getEntry(key)?.version ?? 0);
  }
  return { values, versions, commit: store.lastCommit() as CrashCommit | undefined };
}

export function applyOperation(state: CrashState, life: number, operation: CrashOperation): void {
  for (const { type, key, value } of operation.writes) {
    if (type === 'put') state.values.set(key, value);
    else state.values.delete(key);
  }
  for (const key of operation.counters) {
    state.values.set(key, raisedCounter(life, operation.number, state.values.get(key)));
  }
  if (operation.commit !== undefined) state.commit = operation.commit;
}

/** More operations than a run can have of which every value was deleted again by a later one. */
const TRACELESS_MAX = 100;

/**
 * The number of operations of `life`, at least `acknowledged`, after which `base` has become
 * `found`. An operation that wrote a value which is still there gives the lower bound; only
 * operations that leave no value behind, or one that a later one deleted, can follow it.
 */
export function findPrefix(
  base: CrashState,
  found: CrashState,
  life: CrashLife,
  acknowledged: number,
): PrefixSearch {
  const state: CrashState = { values: new Map(base.values), commit: base.commit };
  const seen = lastOperationSeen(found, life.life);
  const least = Math.max(seen, acknowledged);
  let match = -1;
  let difference = '';
  for (let number = 0; number <= least + TRACELESS_MAX; number++) {
    const operation = number === 0 ? undefined : operationAt(life, number);
    if (number > least && operation !== undefined && leavesTrace(operation)) break;
    if (operation !== undefined) applyOperation(state, life.life, operation);
    if (number < seen) continue;
    const problem = differenceOf(state, found);
    if (problem === undefined) match = number;
    else if (number === least) difference = problem;
    if (problem === undefined && number >= acknowledged) {
      return { state, operations: number, problem: '' };
    }
  }
  if (match >= 0) {
    const problem = `holds ${match} operations, but ${acknowledged} were acknowledged`;
    return { state: undefined, operations: match, problem };
  }
  const numbers = `last operation seen ${seen}, acknowledged ${acknowledged}`;
  const problem = `holds no prefix: ${numbers}; ${difference}`;
  return { state: undefined, operations: seen, problem };
}

/** The first difference between two states; undefined if there is none. */
export function differenceOf(expected: CrashState, found: CrashState): string | undefined {
  for (const [key, value] of found.values) {
    const wanted = expected.values.get(key);
    if (wanted !== value) return `${key} is ${brief(value)}, should be ${brief(wanted)}`;
  }
  for (const [key, value] of expected.values) {
    if (!found.values.has(key)) return `${key} is missing, should be ${brief(value)}`;
  }
  if (isDeepStrictEqual(expected.commit, found.commit)) return undefined;
  const wanted = JSON.stringify(expected.commit);
  return `lastCommit is ${JSON.stringify(found.commit)}, should be ${wanted}`;
}

/** Versions rise with the operations, and an operation's writes share one. */
export function versionProblem(found: FoundState): string | undefined {
  const entries = [...found.values].map(([key, value]) => {
    const source = parseValue(value) ?? { life: 0, number: 0 };
    return { key, version: found.versions.get(key) ?? 0, order: source.life * 1e9 + source.number };
  });
  entries.sort((a, b) => a.version - b.version);
  for (const [index, { key, version, order }] of entries.entries()) {
    const before = entries[index - 1];
    if (before === undefined) continue;
    if (order < before.order || (order === before.order) !== (version === before.version)) {
      return `${key} has version ${version}, ${before.key} ${before.version}: not the write order`;
    }
  }
  return undefined;
}

function lastOperationSeen(found: CrashState, life: number): number {
  const offsets: Record<string, number> = found.commit?.offsets ?? {};
  let last = offsets['life'] === life ? (offsets['operation'] ?? 0) : 0;
  for (const value of found.values.values()) {
    const source = parseValue(value);
    if (source?.life === life) last = Math.max(last, source.number);
  }
  return last;
}

/** Counters and commits are never deleted. */
function leavesTrace({ counters, commit }: CrashOperation): boolean {
  return counters.length > 0 || commit !== undefined;
}

function brief(value: string | undefined): string {
  if (value === undefined) return 'absent';
  return `${value.slice(0, value.indexOf('|'))} (${value.length} characters)`;
}
