// One run of the model test: random steps of every kind on a store and on its model, with close and
// reopen at random. A seed makes the same steps again. A difference is thrown with the last steps.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Choices } from '../support/choices.js';
import { isPossible } from '../support/medium.js';
import {
  closeSnapshot,
  compareAll,
  countRange,
  dropIterator,
  openIterator,
  openSnapshot,
  readEntry,
  readLastCommit,
  readMany,
  readOne,
  readPresence,
  readRange,
  readRangeOfSnapshot,
  readSnapshot,
  stepIterator,
} from './model-reads.js';
import { refuse, refuseClosed, rejects } from './model-refusals.js';
import { ModelSession } from './model-session.js';
import {
  clearRange,
  deleteOne,
  putOne,
  writeBatch,
  writeBurst,
  writeCommit,
  writeTransaction,
} from './model-writes.js';

export interface ModelRunOptions {
  seed: number;
  operations: number;
  reopens: number;
  io?: 'mapped' | 'buffered' | undefined;
}

export interface ModelRunResult {
  encodings: string;
  operations: number;
  reopens: number;
  fullTimes: number;
  keys: number;
}

const STEPS = {
  readOne: { weight: 10, run: readOne },
  readMany: { weight: 3, run: readMany },
  readEntry: { weight: 5, run: readEntry },
  readPresence: { weight: 4, run: readPresence },
  readRange: { weight: 5, run: readRange },
  readRangeOfSnapshot: { weight: 2, run: readRangeOfSnapshot },
  countRange: { weight: 2, run: countRange },
  openIterator: { weight: 2, run: openIterator },
  stepIterator: { weight: 8, run: stepIterator },
  dropIterator: { weight: 0.5, run: dropIterator },
  openSnapshot: { weight: 1.5, run: openSnapshot },
  readSnapshot: { weight: 4, run: readSnapshot },
  closeSnapshot: { weight: 1.5, run: closeSnapshot },
  readLastCommit: { weight: 1, run: readLastCommit },
  putOne: { weight: 22, run: putOne },
  deleteOne: { weight: 8, run: deleteOne },
  writeBurst: { weight: 1.5, run: writeBurst },
  writeBatch: { weight: 5, run: writeBatch },
  writeCommit: { weight: 2, run: writeCommit },
  writeTransaction: { weight: 5, run: writeTransaction },
  clearRange: { weight: 0.7, run: clearRange },
  flush: { weight: 0.5, run: flush },
  flushSync: { weight: 0.3, run: flushSync },
  settle: { weight: 0.5, run: (session: ModelSession) => session.settle() },
  refuse: { weight: 1, run: refuse },
  compareAll: { weight: 0.2, run: compareAll },
} as const;

type StepName = keyof typeof STEPS;

const WEIGHTS = Object.fromEntries(
  Object.entries(STEPS).map(([name, { weight }]) => [name, weight]),
) as Record<StepName, number>;

const STEP_MS_MAX = 20_000;

const KEY_ENCODINGS = ['ordered', 'utf8', 'binary'] as const;
const IOS = ['mapped', 'buffered'] as const;
const VALUE_ENCODINGS = ['msgpack', 'json', 'utf8', 'binary'] as const;

/** Twelve neighbouring seeds use every pair of encodings. */
export async function runModel(options: ModelRunOptions): Promise<ModelRunResult> {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-model-'));
  const keyEncoding = KEY_ENCODINGS[options.seed % 3] as (typeof KEY_ENCODINGS)[number];
  const valueEncoding = VALUE_ENCODINGS[options.seed % 4] as (typeof VALUE_ENCODINGS)[number];
  const ios = options.io === undefined ? IOS.filter(isPossible) : [options.io];
  const settings = { directory: join(directory, 'store'), keyEncoding, valueEncoding, ios };
  const session = new ModelSession(settings, new Choices(options.seed));
  const result = { encodings: `${keyEncoding}/${valueEncoding}`, operations: 0, reopens: 0 };
  const totals = { ...result, fullTimes: 0, keys: 0 };
  try {
    await runSteps(session, options, totals);
    totals.keys = session.model.size;
    return totals;
  } catch (error) {
    const steps = session.trace.map((step) => `  ${step}`).join('\n');
    const message = `seed ${options.seed} (${totals.encodings}), operation ${totals.operations}`;
    throw new Error(`${message}: ${messageOf(error)}\n${steps}`, { cause: error });
  } finally {
    await inTime(session.abandon());
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runSteps(
  session: ModelSession,
  options: ModelRunOptions,
  totals: ModelRunResult,
): Promise<void> {
  const spacing = Math.ceil(options.operations / (options.reopens + 1));
  await session.open();
  while (totals.operations < options.operations) {
    totals.operations++;
    const name = session.choices.weighted(WEIGHTS);
    session.note(name);
    await inTime(STEPS[name].run(session));
    const isDue = totals.operations % spacing === 0 || session.choices.chance(0.0004);
    if (!isDue && !session.isFull) continue;
    if (session.isFull) totals.fullTimes++;
    totals.reopens++;
    await inTime(reopen(session));
  }
  await inTime(session.settle());
  compareAll(session);
  await inTime(session.close());
}

/** Closes with whatever is in flight and open, looks read-only sometimes, and opens again. */
async function reopen(session: ModelSession): Promise<void> {
  const { store } = session;
  const kept = { snapshots: [...session.snapshots], iterators: [...session.iterators] };
  if (session.choices.chance(0.3)) compareAll(session);
  await session.close();
  await refuseClosed(store, session, kept);
  if (session.choices.chance(0.3)) {
    await session.open({ readOnly: true });
    compareAll(session);
    await rejects(session.store.put(session.randomKey(), session.randomValue()), 'READ_ONLY');
    await session.close();
  }
  await session.open();
  compareAll(session);
}

async function flush(session: ModelSession): Promise<void> {
  await session.store.flush();
}

function flushSync(session: ModelSession): void {
  session.store.flushSync();
}

/** A step that never ends is a failure like any other, and is reported with its trace. */
async function inTime(step: Promise<void> | void): Promise<void> {
  if (step === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the step does not end')), STEP_MS_MAX);
  });
  try {
    await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${messageOf(error.cause)})`;
  return `${error.message}${cause}`;
}
