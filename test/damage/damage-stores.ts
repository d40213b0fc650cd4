// Stores to be damaged, of several segments, lives and lanes, each with the history of what was written:
// the proof of a salvage compares with that. The same name and seed give the same bytes.

import type { History } from '../power/history.js';
import { judgeOpen } from '../power/judge.js';
import { LaneStore } from '../power/lane-store.js';
import { DIRECTORY, Session, type SessionOptions } from '../power/session.js';
import { Choices } from '../support/choices.js';
import { TestDisk } from '../support/test-disk.js';

export interface DamageStore {
  readonly name: DamageStoreName;
  readonly disk: TestDisk;
  readonly history: History;
  /** Segments of the present life; any other one was left behind. */
  readonly files: string[];
  /** Histories of lives of which segments are left; what they gave up must not come back. */
  readonly givenUp: History[];
}

export const DAMAGE_STORES = [
  'closed',
  'killed',
  'many eras, closed',
  'many eras, killed',
  'compacted, killed',
  'old life left behind',
  'three lanes, killed',
  'lanes with a checkpoint',
] as const;
export type DamageStoreName = (typeof DAMAGE_STORES)[number];

const KEYS = 160;
/** So many that a recovery keeps its copy: less than half of it is dead. */
const MANY_KEYS = 2000;
const OPTIONS: SessionOptions = { mode: 'told', memoryBytes: 4 << 20 };
const LANES = 3;

export function makeDamageStore(name: DamageStoreName, seed: number): Promise<DamageStore> {
  const choices = new Choices(seed);
  switch (name) {
    case 'closed':
      return sessions(name, choices, { lives: 1, isClosed: true });
    case 'killed':
      return sessions(name, choices, { lives: 1, isClosed: false });
    case 'many eras, closed':
      return sessions(name, choices, { lives: 3, isClosed: true, keys: MANY_KEYS });
    case 'many eras, killed':
      return sessions(name, choices, { lives: 4, isClosed: false, keys: MANY_KEYS });
    case 'compacted, killed':
      return sessions(name, choices, { lives: 2, isClosed: false, keys: 12 });
    case 'old life left behind':
      return leftBehind(choices);
    case 'three lanes, killed':
      return Promise.resolve(lanes(name, choices, false));
    case 'lanes with a checkpoint':
      return Promise.resolve(lanes(name, choices, true));
  }
}

async function sessions(
  name: DamageStoreName,
  choices: Choices,
  plan: { lives: number; isClosed: boolean; keys?: number },
): Promise<DamageStore> {
  let session = await Session.open(new TestDisk({ seed: choices.below(2 ** 31) }), OPTIONS);
  for (let life = 1; ; life++) {
    await write(session, choices, { bytes: choices.between(60_000, 160_000), keys: plan.keys });
    if (life === plan.lives) break;
    session = await afterCut(session, choices);
  }
  if (plan.isClosed) await session.close();
  else session.sync();
  const disk = session.disk.kill();
  return made(name, disk, session.history);
}

/** The power went after a recovery was committed, before it had deleted the life before. */
async function leftBehind(choices: Choices): Promise<DamageStore> {
  const session = await Session.open(new TestDisk({ seed: choices.below(2 ** 31) }), OPTIONS);
  await write(session, choices, { bytes: 150_000, keys: undefined });
  const before = segmentsOn(session.disk);
  const old = new Map(before.map((file) => [file, session.disk.readFileRaw(pathOf(file))]));
  const next = await afterCut(session, choices);
  await write(next, choices, { bytes: 100_000, keys: undefined });
  next.sync();
  const disk = next.disk.kill();
  const store = made('old life left behind', disk, next.history, [session.history]);
  for (const [file, bytes] of old) disk.writeFileRaw(pathOf(file), bytes);
  return store;
}

function lanes(name: DamageStoreName, choices: Choices, hasCheckpoint: boolean): DamageStore {
  const store = new LaneStore(new TestDisk({ seed: choices.below(2 ** 31) }), LANES, 1);
  for (let lane = 1; lane < LANES; lane++) store.addLane();
  const writeSome = (count: number) => {
    for (let left = count; left > 0; left--) {
      const number = store.history.writes.length;
      const change = () => [keyOf(choices, KEYS), maybe(choices, number)] as const;
      const isBatch = choices.chance(0.2);
      store.write(choices.below(LANES), isBatch ? [change(), change(), change()] : [change()]);
      if (choices.chance(0.05)) store.sync();
    }
  };
  writeSome(700);
  if (hasCheckpoint) {
    store.checkpoint();
    for (let lane = 0; lane < LANES; lane++) {
      for (const slot of store.recyclable(lane)) store.recycle(lane, slot);
    }
    writeSome(500);
  }
  store.sync();
  return made(name, store.disk.kill(), store.history);
}

function made(
  name: DamageStoreName,
  disk: TestDisk,
  history: History,
  givenUp: History[] = [],
): DamageStore {
  return { name, disk, history, files: segmentsOn(disk), givenUp };
}

/** The power goes: something of the end is lost, and the next open gives it up. */
async function afterCut(session: Session, choices: Choices): Promise<Session> {
  const expected = session.expectation();
  const cut = session.disk.cut(choices.below(2 ** 31), 'random');
  return await judgeOpen(cut, expected, OPTIONS);
}

async function write(
  session: Session,
  choices: Choices,
  amount: { bytes: number; keys: number | undefined },
): Promise<void> {
  const { bytes, keys = KEYS } = amount;
  for (let written = 0; written < bytes; ) {
    const number = session.history.writes.length;
    const text = `${number}:${'v'.repeat(choices.below(900))}`;
    const changes = [
      [keyOf(choices, keys), text],
      [keyOf(choices, keys), undefined],
      [keyOf(choices, keys), `also ${number}`],
    ] as const;
    const kind = choices.weighted({ put: 5, delete: 2, batch: 2, commit: 1 });
    if (kind === 'put') void session.put(keyOf(choices, keys), text);
    else if (kind === 'delete') void session.delete(keyOf(choices, keys));
    else if (kind === 'commit') void session.commit(number, changes);
    else void session.batch(changes);
    written += kind === 'delete' ? 40 : text.length + 60;
    if (!choices.chance(0.1)) continue;
    session.sync();
    await Promise.resolve();
  }
}

function maybe(choices: Choices, number: number): string | undefined {
  return choices.chance(0.2) ? undefined : `${number}:${'w'.repeat(choices.below(700))}`;
}

function keyOf(choices: Choices, keys: number): string {
  return `key ${choices.below(keys)}`;
}

export function segmentsOn(disk: TestDisk): string[] {
  return disk.list(DIRECTORY).filter((name) => name.startsWith('wal-'));
}

export function pathOf(file: string): string {
  return `${DIRECTORY}/${file}`;
}
