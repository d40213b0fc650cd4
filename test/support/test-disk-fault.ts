// Calls on the test disk: their names, their log, the errors they end with, and planned failures.

import type { LaneError } from '../../src/errors.js';
import { systemError } from '../../src/io/system-error.js';
import type { FailedSync } from './test-disk-inode.js';

/** Operations the log knows. Both ways to sync a file are `sync`. */
export type Operation =
  | 'allocate'
  | 'attachRegion'
  | 'close'
  | 'create'
  | 'kind'
  | 'link'
  | 'list'
  | 'makeDirectory'
  | 'mapRegion'
  | 'openRead'
  | 'openWrite'
  | 'read'
  | 'remove'
  | 'rename'
  | 'sync'
  | 'syncDirectory'
  | 'truncate'
  | 'unmapRegion'
  | 'write';

const MUTATING: ReadonlySet<Operation> = new Set<Operation>([
  'allocate',
  'create',
  'link',
  'makeDirectory',
  'mapRegion',
  'remove',
  'rename',
  'sync',
  'syncDirectory',
  'truncate',
  'unmapRegion',
  'write',
]);

export function isMutating(operation: Operation): boolean {
  return MUTATING.has(operation);
}

/** One call. Numbers run from 1 without gaps. */
export interface DiskCall {
  readonly number: number;
  readonly operation: Operation;
  readonly path: string;
  readonly to?: string;
  readonly offset?: number;
  readonly bytes?: number;
  outcome: 'ok' | 'failed';
}

export interface FaultPlan {
  /** Which calls are counted: one kind of them, those that change something, or any (default). */
  readonly operation?: Operation | 'mutating' | 'any';
  /** Only calls whose path contains this text or matches this expression. */
  readonly path?: string | RegExp;
  /** The call to fail, counted from 1 and from this plan on. */
  readonly nth: number;
  /** EIO unless told. */
  readonly errno?: ErrorName;
  /** All later calls that are counted fail too. */
  readonly persistent?: boolean;
  /** A write puts this many bytes in place before it fails. */
  readonly shortBytes?: number;
  /** What a sync that fails leaves; `lost` unless told. */
  readonly failedSync?: FailedSync;
}

export interface PlannedFault {
  readonly plan: FaultPlan;
  /** Calls counted so far. */
  readonly counted: number;
  /** Calls failed so far. */
  readonly failed: number;
}

const ERROR_NUMBERS = {
  EACCES: -13,
  EBADF: -9,
  EDQUOT: -122,
  EEXIST: -17,
  EFAULT: -14,
  EINVAL: -22,
  EIO: -5,
  EISDIR: -21,
  EMFILE: -24,
  ENODEV: -19,
  ENOENT: -2,
  ENOSPC: -28,
  ENOTDIR: -20,
  ENOTEMPTY: -39,
  EPERM: -1,
  EROFS: -30,
} as const;

export type ErrorName = keyof typeof ERROR_NUMBERS;

/** Counts calls against the plans. */
export class Faults {
  #planned: { plan: FaultPlan; counted: number; failed: number }[] = [];

  add(plan: FaultPlan): PlannedFault {
    const planned = { plan, counted: 0, failed: 0 };
    this.#planned.push(planned);
    return planned;
  }

  clear(): void {
    this.#planned = [];
  }

  /** Counts a call; returns the plan by which it has to fail. */
  take(call: DiskCall): FaultPlan | undefined {
    let due: FaultPlan | undefined;
    for (const planned of this.#planned) {
      if (!counts(planned.plan, call)) continue;
      planned.counted++;
      const { nth, persistent } = planned.plan;
      if (planned.counted !== nth && !(persistent === true && planned.counted > nth)) continue;
      planned.failed++;
      due ??= planned.plan;
    }
    return due;
  }

  copy(): Faults {
    const copy = new Faults();
    copy.#planned = this.#planned.map((planned) => ({ ...planned }));
    return copy;
  }
}

function counts(plan: FaultPlan, call: DiskCall): boolean {
  const operation = plan.operation ?? 'any';
  if (operation === 'mutating' && !isMutating(call.operation)) return false;
  if (operation !== 'mutating' && operation !== 'any' && operation !== call.operation) return false;
  if (plan.path === undefined) return true;
  const paths = call.to === undefined ? [call.path] : [call.path, call.to];
  const pattern = plan.path;
  return paths.some((path) =>
    typeof pattern === 'string' ? path.includes(pattern) : path.search(pattern) >= 0,
  );
}

/** The error a call ends with, as the real file system reports it; marks the call as failed. */
export function diskError(call: DiskCall, name: ErrorName, detail = ''): LaneError {
  call.outcome = 'failed';
  const cause = Object.assign(new Error(`${name}: ${call.operation} '${call.path}'`), {
    code: name,
    errno: ERROR_NUMBERS[name],
    path: call.path,
    syscall: call.operation,
  });
  const place = { operation: `${call.operation}${detail}`, file: call.path };
  const { offset } = call;
  return systemError(cause, offset === undefined ? place : { ...place, offset }) as LaneError;
}

/** The log as lines of text. */
export function formatTrace(calls: readonly DiskCall[]): string {
  return calls.map(formatCall).join('\n');
}

function formatCall(call: DiskCall): string {
  const parts = [String(call.number).padStart(5), call.operation.padEnd(13), call.path];
  if (call.to !== undefined) parts.push('->', call.to);
  if (call.offset !== undefined) parts.push(`at ${call.offset}`);
  if (call.bytes !== undefined) parts.push(`${call.bytes} bytes`);
  if (call.outcome !== 'ok') parts.push('FAILED');
  return parts.join(' ');
}
