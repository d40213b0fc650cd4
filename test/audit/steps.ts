// Traced calls as what they do to files, by the names under which the project speaks of it: create,
// write, sync, rename. What is done to files outside the store, or only reads, is left out. A call
// that could change a file in a way not described here is an error: the audit would be blind to it.

import { dirname, join } from 'node:path';

import { descriptorPath, type TracedCall, unquote } from './parse-trace.js';

export type StepKind =
  | 'create'
  | 'link'
  | 'makeDirectory'
  | 'map'
  | 'mark'
  | 'remove'
  | 'rename'
  | 'reserve'
  | 'sync'
  | 'truncate'
  | 'write';

export interface Step {
  readonly kind: StepKind;
  readonly path: string;
  /** The other name: of a rename or link. */
  readonly to: string;
  /** Bytes of the file from `from` up to `end` that are written. */
  readonly from: number;
  readonly end: number;
  /** What was written, or the text of a mark; the rest may be cut off. */
  readonly content: string;
  readonly call: TracedCall;
}

export interface TracePlaces {
  readonly store: string;
  /** The file into which the traced process writes what it does. */
  readonly marks: string;
}

type Facts = Partial<Omit<Step, 'kind' | 'path' | 'call'>>;

/** The calls that are traced: all that open, change or sync files. */
export const TRACED_CALLS: readonly string[] = [
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'rmdir'],
  ...['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'sendfile', 'copy_file_range'],
  ...['splice', 'io_uring_setup', 'fallocate', 'truncate', 'ftruncate', 'mmap', 'msync'],
  ...['fsync', 'fdatasync', 'sync_file_range', 'sync', 'syncfs'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ...['unlink', 'unlinkat'],
];

/** What the calls do to the store and its files, in order. */
export function stepsOf(calls: readonly TracedCall[], places: TracePlaces): Step[] {
  return calls.flatMap((call) => {
    // Rings without this flag only batch what an event loop waits for, never calls on files.
    if (call.name === 'io_uring_setup' && call.args.some((arg) => arg.includes('SETUP_SQPOLL'))) {
      throw new Error('calls through io_uring cannot be traced');
    }
    return stepOf(call, places) ?? [];
  });
}

function stepOf(call: TracedCall, places: TracePlaces): Step | undefined {
  const isOurs = call.args.some((arg) => arg.includes(places.store) || arg.includes(places.marks));
  if (!isOurs) return syncOfParent(call, places);
  switch (call.name) {
    case 'open':
    case 'openat':
    case 'openat2':
    case 'creat':
      return opened(call, places);
    case 'write':
    case 'pwrite64':
    case 'writev':
    case 'pwritev':
    case 'pwritev2':
      return written(call, places);
    case 'fallocate':
      return step(call, 'reserve', fileOf(call, 0), { end: number(call, 2) + number(call, 3) });
    case 'truncate':
    case 'ftruncate':
      return step(call, 'truncate', fileOf(call, 0), {});
    case 'mmap':
      return mapped(call);
    case 'fsync':
    case 'fdatasync':
      return step(call, 'sync', fileOf(call, 0), {});
    case 'mkdir':
    case 'mkdirat':
      return step(call, 'makeDirectory', pathAt(call).path, {});
    case 'unlink':
    case 'unlinkat':
      return step(call, 'remove', pathAt(call).path, {});
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return twoPaths(call, 'rename');
    case 'link':
    case 'linkat':
      return twoPaths(call, 'link');
    default:
      throw new Error(`line ${call.line}: what ${call.name} does to a store is not known`);
  }
}

/** The directory that holds the store is none of its files, but its sync makes the name durable. */
function syncOfParent(call: TracedCall, { store }: TracePlaces): Step | undefined {
  if (call.name === 'sync' || call.name === 'syncfs') {
    throw new Error(`line ${call.line}: ${call.name} syncs more than anybody may ask for`);
  }
  if (call.name !== 'fsync' && call.name !== 'fdatasync') return undefined;
  const path = descriptorPath(call.args[0] ?? '');
  return path === dirname(store) ? step(call, 'sync', path, {}) : undefined;
}

function opened(call: TracedCall, { marks }: TracePlaces): Step | undefined {
  const { path, next } = pathAt(call);
  const flags = call.args[next] ?? '';
  if (path === marks || !/O_CREAT|O_TRUNC/.test(flags)) return undefined;
  if (/O_EXCL/.test(flags)) return step(call, 'create', path, {});
  throw new Error(`line ${call.line}: a file is created over one that may exist: ${path}`);
}

function written(call: TracedCall, { marks }: TracePlaces): Step {
  const path = fileOf(call, 0);
  if (path === marks) return step(call, 'mark', path, { content: unquote(call.args[1] ?? '') });
  if (call.name !== 'pwrite64') {
    throw new Error(`line ${call.line}: ${call.name} does not say where it writes`);
  }
  const from = number(call, 3);
  // What a failed or short write left in the file is anybody's guess: all that it was asked for.
  return step(call, 'write', path, {
    from,
    end: from + number(call, 2),
    content: unquote(call.args[1] ?? ''),
  });
}

function mapped(call: TracedCall): Step | undefined {
  const isForWriting =
    /PROT_WRITE/.test(call.args[2] ?? '') && /MAP_SHARED/.test(call.args[3] ?? '');
  const path = descriptorPath(call.args[4] ?? '');
  return isForWriting && path !== undefined ? step(call, 'map', path, {}) : undefined;
}

function twoPaths(call: TracedCall, kind: 'rename' | 'link'): Step {
  const { path, next } = pathAt(call);
  return step(call, kind, path, { to: pathAt(call, next).path });
}

/** A path argument, which a directory's descriptor may precede. */
function pathAt(call: TracedCall, from = 0): { path: string; next: number } {
  const directory = descriptorPath(call.args[from] ?? '');
  if (directory === undefined) return { path: unquote(call.args[from] ?? ''), next: from + 1 };
  return {
    path: join('/', relativeTo(directory, unquote(call.args[from + 1] ?? ''))),
    next: from + 2,
  };
}

function relativeTo(directory: string, path: string): string {
  return path.startsWith('/') ? path : join(directory, path);
}

function fileOf(call: TracedCall, index: number): string {
  const arg = call.args[index] ?? '';
  return descriptorPath(arg) ?? unquote(arg);
}

function number(call: TracedCall, index: number): number {
  const value = Number(call.args[index]);
  if (!Number.isFinite(value)) throw new Error(`line ${call.line}: no number in ${call.name}`);
  return value;
}

function step(call: TracedCall, kind: StepKind, path: string, facts: Facts): Step {
  return { to: '', from: 0, end: 0, content: '', ...facts, kind, path, call };
}
