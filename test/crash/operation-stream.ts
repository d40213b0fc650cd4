// The operations of a writing process, made from a seed, a life and a number alone: child and
// parent make the same ones, so the parent can say what the store held after any number of them.
// Every value names the life and the operation that wrote it.

import { Choices } from '../support/choices.js';

export interface CrashProfile {
  readonly name: string;
  readonly io: 'mapped' | 'buffered';
  readonly memoryBytes: number;
  readonly segmentBytes: number;
  readonly keys: number;
  readonly valueBytesMax: number;
  readonly batchOperationsMax: number;
  /** Operations not acknowledged at one time. */
  readonly window: number;
  /** Close and open again after so many operations. 0: only when the store is full. */
  readonly closeEvery: number;
}

/** One process that writes, from its first operation to its end. */
export interface CrashLife {
  readonly seed: number;
  readonly life: number;
  readonly profile: CrashProfile;
}

export interface CrashWrite {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly value: string;
}

export interface CrashCommit {
  readonly offsets: Record<string, number>;
  readonly watermark: number;
}

export interface CrashOperation {
  readonly kind: 'put' | 'delete' | 'batch' | 'commit' | 'transaction';
  readonly number: number;
  readonly writes: readonly CrashWrite[];
  /** Keys whose number a transaction reads and raises by one. */
  readonly counters: readonly string[];
  readonly commit: CrashCommit | undefined;
}

const WEIGHTS = { put: 5, delete: 2, batch: 3, commit: 1, transaction: 2 } as const;
const COUNTERS = 5;

/** Operation `number` of a life, from 1 on. */
export function operationAt(life: CrashLife, number: number): CrashOperation {
  const mixed = Math.imul(life.seed, 0x9e3779b1) ^ Math.imul(life.life, 0x85ebca77);
  const choices = new Choices(mixed ^ Math.imul(number, 0xc2b2ae3d));
  const kind = choices.weighted(WEIGHTS);
  const operation = { kind, number, writes: [], counters: [], commit: undefined };
  switch (kind) {
    case 'put':
      return { ...operation, writes: [writeAt(life, choices, number, 0, 0)] };
    case 'delete':
      return { ...operation, writes: [writeAt(life, choices, number, 0, 1)] };
    case 'batch':
      return { ...operation, writes: writesOf(life, choices, number) };
    case 'commit': {
      const offsets = { life: life.life, operation: number, extra: choices.below(2 ** 40) };
      const commit = { offsets, watermark: number };
      const writes = choices.chance(0.5) ? writesOf(life, choices, number) : [];
      return { ...operation, writes, commit };
    }
    case 'transaction': {
      const count = choices.between(1, 3);
      const counters = Array.from({ length: count }, () => `counter-${choices.below(COUNTERS)}`);
      const writes = choices.chance(0.5) ? writesOf(life, choices, number) : [];
      return { ...operation, writes, counters };
    }
  }
}

/** A value that says who wrote it, up to `length` characters. */
export function valueText(source: ValueSource, length: number): string {
  const tag = `${source.life}:${source.number}:${source.index}:${source.count}|`;
  return tag.padEnd(length, tag);
}

export interface ValueSource {
  life: number;
  number: number;
  index: number;
  /** What a counter stands at; 0 for other keys. */
  count: number;
}

/** What a value says about its writer; undefined for text that no writer makes. */
export function parseValue(text: string): ValueSource | undefined {
  const match = /^(\d+):(\d+):(\d+):(\d+)\|/.exec(text);
  if (match === null) return undefined;
  const [, life, number, index, count] = match.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const source = { life, number, index, count };
  return valueText(source, text.length) === text ? source : undefined;
}

/** The value of a counter after operation `number` raised it from `before`. */
export function raisedCounter(life: number, number: number, before: string | undefined): string {
  const count = before === undefined ? 0 : (parseValue(before)?.count ?? 0);
  return valueText({ life, number, index: 0, count: count + 1 }, 0);
}

function writesOf(life: CrashLife, choices: Choices, number: number): CrashWrite[] {
  const max = life.profile.batchOperationsMax;
  const length = choices.chance(0.2) ? choices.between(1, max) : choices.between(1, 1 + (max >> 3));
  return Array.from({ length }, (_, index) => writeAt(life, choices, number, index, 0.25));
}

function writeAt(
  life: CrashLife,
  choices: Choices,
  number: number,
  index: number,
  deletes: number,
): CrashWrite {
  const key = `key-${choices.below(life.profile.keys)}`;
  const isDelete = choices.chance(deletes);
  const length = choices.below(life.profile.valueBytesMax);
  if (isDelete) return { type: 'delete', key, value: '' };
  const source = { life: life.life, number, index, count: 0 };
  return { type: 'put', key, value: valueText(source, length) };
}
