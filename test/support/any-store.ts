// The public interface of a store whose encodings a test chooses while it runs: keys and values are
// unknown. Nothing but types and the one cast.

import { open } from '../../src/index.js';
import { withMedium } from './medium.js';

export interface AnyRange {
  gt?: unknown;
  gte?: unknown;
  lt?: unknown;
  lte?: unknown;
  prefix?: unknown;
  reverse?: boolean;
  limit?: number;
  snapshot?: AnySnapshot;
}

export interface AnyReads {
  get(key: unknown): unknown;
  getMany(keys: readonly unknown[]): unknown[];
  getEntry(key: unknown): { value: unknown; version: number } | undefined;
  has(key: unknown): boolean;
  entries(range?: AnyRange): Iterable<[unknown, unknown]> & AsyncIterable<[unknown, unknown]>;
  keys(range?: AnyRange): Iterable<unknown> & AsyncIterable<unknown>;
  values(range?: AnyRange): Iterable<unknown> & AsyncIterable<unknown>;
  count(range?: AnyRange): number;
}

export type AnySnapshot = Pick<
  AnyReads,
  'get' | 'getMany' | 'entries' | 'keys' | 'values' | 'count'
> & { close(): void };

export interface AnyTransaction extends Omit<AnyReads, 'getEntry'> {
  put(key: unknown, value: unknown): unknown;
  delete(key: unknown): unknown;
}

export interface AnyOperation {
  type: 'put' | 'delete';
  key: unknown;
  value?: unknown;
}

export interface AnyCommit {
  offsets: Record<string, number>;
  watermark?: number;
}

export interface AnyStore extends AnyReads {
  readonly path: string;
  put(
    key: unknown,
    value: unknown,
    options?: { ifVersion?: number; ifAbsent?: boolean },
  ): Promise<boolean>;
  delete(key: unknown, options?: { ifVersion?: number }): Promise<boolean>;
  batch(operations: readonly AnyOperation[]): Promise<void>;
  transaction<R>(body: (tx: AnyTransaction) => R): { result: R; durable: Promise<void> };
  clear(range?: AnyRange): Promise<void>;
  snapshot(): AnySnapshot;
  commit(commit: AnyCommit, operations?: readonly AnyOperation[]): Promise<void>;
  lastCommit(): AnyCommit | undefined;
  flush(): Promise<void>;
  flushSync(): void;
  close(): Promise<void>;
}

export interface AnyOptions {
  createIfMissing?: boolean;
  readOnly?: boolean;
  keyEncoding?: 'ordered' | 'utf8' | 'binary';
  valueEncoding?: 'msgpack' | 'json' | 'utf8' | 'binary';
  io?: 'auto' | 'mapped' | 'buffered';
  memoryBytes?: number;
  segmentBytes?: number;
}

export async function openAny(path: string, options: AnyOptions): Promise<AnyStore> {
  return (await open(path, withMedium(options))) as unknown as AnyStore;
}
