// An entry of a log as its reader gets it: plain data, its bytes copied.

import { decodeCommitSection } from '../format/commit-section.js';
import {
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_EPOCH_BARRIER,
  KIND_PUT,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
} from '../format/operation.js';
import { firstOperation, nextOperation } from '../format/record.js';
import { unreachable } from '../invariant.js';
import type { LogCursor } from '../recovery/log-cursor.js';

/** A put or delete inside a batch or commit. */
export type LogOperation =
  | { type: 'put'; key: Uint8Array; value: Uint8Array }
  | { type: 'delete'; key: Uint8Array };

/** What an entry says. */
export type LogContent =
  | { kind: 'bytes'; data: Uint8Array }
  | { kind: 'put'; key: Uint8Array; value: Uint8Array }
  | { kind: 'delete'; key: Uint8Array }
  | { kind: 'batch'; operations: LogOperation[] }
  | {
      kind: 'commit';
      offsets: Record<string, number>;
      watermark?: number;
      operations: LogOperation[];
    }
  | { kind: 'epoch-barrier' }
  | { kind: 'checkpoint'; id: number };

/** An entry and where it stands. */
export type LogEntry = LogContent & {
  /** Dense but for the log's own records: ascending, each given once. */
  sequence: number;
  /** Position at which it begins, and behind it: where to go on reading. */
  position: number;
  end: number;
  /** Epoch that it is of; of a barrier, the epoch that it begins. */
  epoch: number;
};

const WORD = 4294967296;

/** The entry that the cursor stands on; it is none of the log's own records. */
export function logEntry(cursor: LogCursor): LogEntry {
  const { sequence, position, end, epoch } = cursor;
  return { ...contentOf(cursor), sequence, position, end, epoch };
}

function contentOf(cursor: LogCursor): LogContent {
  const { words, bytes, data, kind } = cursor;
  const body = data + keyDistanceOf(words[data >>> 2]!);
  switch (kind) {
    case KIND_ENTRY:
      return { kind: 'bytes', data: bytes.slice(body, data + cursor.dataBytes) };
    case KIND_PUT: {
      const operation = operationOf(cursor, data);
      return operation.type === 'put'
        ? { kind: 'put', key: operation.key, value: operation.value }
        : unreachable('a put has a value');
    }
    case KIND_DELETE:
      return { kind: 'delete', key: operationOf(cursor, data).key };
    case KIND_BATCH:
      return { kind: 'batch', operations: operationsOf(cursor) };
    case KIND_COMMIT: {
      const facts = decodeCommitSection(bytes.slice(body, firstOperation(words, data)));
      if (facts === undefined) unreachable('a well-formed commit has a sound section');
      return { kind: 'commit', ...facts, operations: operationsOf(cursor) };
    }
    case KIND_EPOCH_BARRIER:
      return { kind: 'epoch-barrier' };
    case KIND_CHECKPOINT: {
      const at = body >>> 2;
      return { kind: 'checkpoint', id: (words[at + 1]! >>> 0) * WORD + (words[at]! >>> 0) };
    }
    default:
      unreachable('the log has no other kinds');
  }
}

function operationsOf(cursor: LogCursor): LogOperation[] {
  const { words, data } = cursor;
  const operations: LogOperation[] = [];
  let at = firstOperation(words, data);
  for (let left = words[(data >>> 2) + 1]! >>> 0; left > 0; left--) {
    operations.push(operationOf(cursor, at));
    at = nextOperation(words, at);
  }
  return operations;
}

function operationOf({ words, bytes }: LogCursor, at: number): LogOperation {
  const word = words[at >>> 2]!;
  const start = at + keyDistanceOf(word);
  const valueStart = start + keyBytesOf(word);
  const key = bytes.slice(start, valueStart);
  if (kindOf(word) === KIND_DELETE) return { type: 'delete', key };
  const valueBytes = words[(at >>> 2) + 1]! >>> 0;
  return { type: 'put', key, value: bytes.slice(valueStart, valueStart + valueBytes) };
}
