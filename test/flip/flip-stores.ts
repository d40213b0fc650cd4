// Small stores with every kind of file and record in them, as they lie on the disk when nobody has them
// open, each with the history of what was written.

import { setTimeout as delay } from 'node:timers/promises';
import type { History } from '../power/history.js';
import { LaneStore } from '../power/lane-store.js';
import { Session, type SessionOptions } from '../power/session.js';
import { Choices } from '../support/choices.js';
import { TestDisk } from '../support/test-disk.js';

export interface FlipStore {
  readonly name: StoreName;
  readonly disk: TestDisk;
  readonly history: History;
}

export const STORE_NAMES = [
  'closed',
  'recovered, closed',
  'killed',
  'killed when idle',
  'two lanes, killed',
  'recycled, killed',
] as const;
export type StoreName = (typeof STORE_NAMES)[number];

const KEYS = 40;
/** The first writes, so that none is ever missing. */
const KINDS = ['put', 'delete', 'batch', 'transaction', 'commit'] as const;
/** A little more than the smallest segment. */
const BYTES = 70_000;
const IDLE_WAIT_MS = 5;

/** The same name and seed give the same bytes. */
export function makeStore(name: StoreName, seed: number): Promise<FlipStore> {
  const choices = new Choices(seed);
  switch (name) {
    case 'closed':
      return closed(choices, seed);
    case 'recovered, closed':
      return recovered(choices, seed);
    case 'killed':
      return killed(choices, seed);
    case 'killed when idle':
      return idle(choices, seed);
    case 'two lanes, killed':
      return Promise.resolve(lanes(choices, seed));
    case 'recycled, killed':
      return Promise.resolve(recycled(choices, seed));
  }
}

async function closed(choices: Choices, seed: number): Promise<FlipStore> {
  const session = await begin(seed, { mode: 'urgent', idleMs: 0 });
  await write(session, choices, BYTES);
  await session.close();
  return { name: 'closed', disk: session.disk, history: session.history };
}

/** Sealed segments, behind them a live one; closed properly. */
async function recovered(choices: Choices, seed: number): Promise<FlipStore> {
  const first = await begin(seed, { mode: 'told' });
  await write(first, choices, 35_000);
  const disk = first.disk.kill();
  const goesOn = first.history.upTo({ base: 0, length: first.history.writes.length });
  const session = await Session.open(disk, { mode: 'told' }, goesOn);
  await write(session, choices, 15_000);
  await session.close();
  return { name: 'recovered, closed', disk, history: session.history };
}

/** The last group is durable, and nothing that came later proves it. */
async function killed(choices: Choices, seed: number): Promise<FlipStore> {
  const session = await begin(seed, { mode: 'told' });
  await write(session, choices, BYTES);
  await write(session, choices, 3000, 0);
  session.sync();
  return { name: 'killed', disk: session.disk.kill(), history: session.history };
}

/** As `killed`, but after the no-op of an idle store. */
async function idle(choices: Choices, seed: number): Promise<FlipStore> {
  const session = await begin(seed, { mode: 'urgent', idleMs: 0 });
  await write(session, choices, 20_000);
  await session.store.flush();
  await delay(IDLE_WAIT_MS);
  return { name: 'killed when idle', disk: session.disk.kill(), history: session.history };
}

function lanes(choices: Choices, seed: number): FlipStore {
  const store = new LaneStore(new TestDisk({ seed }), 2, seed);
  store.addLane();
  for (let number = 0; number < 60; number++) {
    store.write(choices.below(2), [[keyOf(choices), value(choices, number)]]);
    if (choices.chance(0.2)) store.sync();
  }
  store.sync();
  return { name: 'two lanes, killed', disk: store.disk.kill(), history: store.history };
}

/** Laps over the same segments, of records of one length: old ones lie exactly where new ones end. */
function recycled(choices: Choices, seed: number): FlipStore {
  const store = new LaneStore(new TestDisk({ seed, mappable: false }), 1, seed);
  let number = 0;
  const write = (count: number) => {
    for (const end = number + count; number < end; number++) {
      const text = String(number).padStart(8, '0');
      store.write(0, [[`key ${text}`, text.repeat(24)]]);
      if (number % 7 === 0) store.sync();
    }
  };
  for (let lap = 0; lap < 3; lap++) {
    write(250);
    store.checkpoint();
    for (const slot of store.recyclable(0)) store.recycle(0, slot);
  }
  write(20 + choices.below(10));
  store.rotate(0);
  write(20 + choices.below(10));
  store.sync();
  return { name: 'recycled, killed', disk: store.disk.kill(), history: store.history };
}

function begin(seed: number, options: SessionOptions): Promise<Session> {
  return Session.open(new TestDisk({ seed }), { seed, ...options });
}

/** Writes of every kind, synced in groups; with `syncChance` 0 the caller syncs. */
async function write(
  session: Session,
  choices: Choices,
  bytes: number,
  syncChance = 0.15,
): Promise<void> {
  let count = 0;
  for (let written = 0; written < bytes; ) {
    const number = session.history.writes.length;
    const text = value(choices, number);
    const changes = [
      [keyOf(choices), text],
      [keyOf(choices), undefined],
      [keyOf(choices), `also ${number}`],
    ] as const;
    const any = choices.weighted({ put: 5, delete: 1, batch: 2, transaction: 1, commit: 1 });
    const kind = KINDS[count++] ?? any;
    let promise: Promise<unknown>;
    if (kind === 'put') promise = session.put(keyOf(choices), text);
    else if (kind === 'delete') promise = session.delete(keyOf(choices));
    else if (kind === 'commit') promise = session.commit(number, changes);
    else promise = session[kind](changes);
    written += kind === 'delete' ? 40 : text.length + 60;
    if (!choices.chance(syncChance)) continue;
    if (session.environment.current?.mode === 'told') session.sync();
    await promise;
    // Time for the no-op of an idle store, if there is to be one.
    if (choices.chance(0.1)) await delay(IDLE_WAIT_MS);
  }
}

function keyOf(choices: Choices): string {
  return `key ${choices.below(KEYS)}`;
}

function value(choices: Choices, number: number): string {
  return `${number}:${String.fromCharCode(97 + choices.below(26)).repeat(choices.below(900))}`;
}
