// Scripts of the power-cut proof in which a store is opened: its creation, and recovery of what a cut or
// a kill left, which is cut itself, and so on.

import { FIRST_SEGMENT_BYTES } from '../../src/wal/segment-spec.js';
import type { TestDisk } from '../support/test-disk.js';
import type { Bench, Script, WriteMix } from './bench.js';
import { fill, key, newDisk, newValue, writeOne } from './bench.js';
import type { Expectation } from './history.js';
import { History } from './history.js';
import { judgeOpen } from './judge.js';
import { Session } from './session.js';
import { finish, watch } from './write-scripts.js';

const ANY: WriteMix = { put: 6, delete: 1, batch: 2, transaction: 1, commit: 1 };
const DEPTH_MAX = 3;
const LARGE_MEMORY_BYTES = 4 * 1048576;

/** From nothing, or from what a killed creation left, to a few acknowledged writes. */
export const creation: Script = async (bench) => {
  const { choices, collector } = bench;
  let disk = newDisk(bench);
  const { seed } = bench;
  const lock = bench.options.lock ?? 'none';
  if (choices.chance(0.3)) disk.makeDirectory('/store');
  if (choices.chance(0.3)) disk = await killCreation(disk, bench);
  const nothing = new History();
  collector.watch(disk, () => nothing.expectation());
  const session = await Session.open(disk, { seed, lock, mode: 'told' });
  watch(bench, session);
  for (let index = choices.below(4); index > 0; index--) {
    void writeOne(session, choices, ANY);
    collector.pause(disk, session.expectation());
    if (choices.chance(0.7)) session.sync();
  }
  return finish(bench, session);
};

/** A disk on which a creation was killed at some call; the system lives, nothing more is synced. */
async function killCreation(disk: TestDisk, bench: Bench): Promise<TestDisk> {
  const { choices, seed } = bench;
  let killed: TestDisk | undefined;
  let left = choices.between(1, 14);
  disk.onOperation(() => {
    left--;
    if (left === 0) killed = disk.kill();
  });
  const lock = bench.options.lock ?? 'none';
  const session = await Session.open(disk, { seed, lock });
  disk.onOperation(undefined);
  await session.close();
  return killed ?? disk.kill();
}

/** A store that was cut or killed is recovered; the recovery is cut, and recovered, and cut. */
export const recovery: Script = async (bench) => {
  const { choices } = bench;
  const kind = choices.weighted({ small: 10, segments: 4, dead: 1 });
  if (kind === 'dead') bench.options.memoryBytes = LARGE_MEMORY_BYTES;
  const session = await Session.open(newDisk(bench), bench.options);
  if (kind === 'segments') fill(session, choices, choices.between(60_000, 200_000));
  if (kind === 'dead') fill(session, choices, FIRST_SEGMENT_BYTES + 50_000);
  for (let index = choices.between(3, 12); index > 0; index--) {
    void writeOne(session, choices, ANY);
    if (choices.chance(0.3)) session.sync();
  }
  if (choices.chance(0.15)) {
    // No recovery, but an open that may keep only what is alive.
    await session.close();
    const { disk: left } = session;
    const closed = { left, expected: session.expectation(), isCut: true };
    return [...(await recoverWatched(bench, closed, 1)), ...session.problems];
  }
  const expected = session.expectation();
  const cutSeed = choices.chance(0.6) ? choices.below(2 ** 31) : undefined;
  const left = interrupt(session.disk, expected, cutSeed);
  const problems = await recoverWatched(bench, left, 1);
  await session.close();
  return [...problems, ...session.problems];
};

/** What a power cut leaves, or without a seed what the death of the process leaves. */
function interrupt(disk: TestDisk, expected: Expectation, cutSeed: number | undefined): Left {
  const isCut = cutSeed !== undefined;
  return { left: isCut ? disk.cut(cutSeed) : disk.kill(), expected, isCut };
}

interface Left {
  left: TestDisk;
  expected: Expectation;
  /** Nothing is pending on the disk: whatever a cut leaves of it has the same content. */
  isCut: boolean;
}

async function recoverWatched(bench: Bench, from: Left, depth: number): Promise<string[]> {
  const { choices, collector, options } = bench;
  const { left, expected, isCut } = from;
  // What a recovery that nobody disturbs finds.
  const trial = await judgeOpen(left.kill(), expected, options);
  const { history } = trial;
  const length = history.writes.length;
  // A cut may take what was never synced, a recovery nothing of what it found on the disk.
  const during = isCut ? history.exactly(length) : { ...expected, begun: length };
  let next: Left | undefined;
  let wait = choices.below(12);
  collector.watch(left, () => {
    wait--;
    if (wait === 0)
      next = interrupt(left, during, choices.chance(0.5) ? choices.below(2 ** 31) : undefined);
    return during;
  });
  const session = await judgeOpen(left, history.exactly(length), { ...options, mode: 'told' });
  watch(bench, session);
  collector.pause(left, session.expectation());
  // Acknowledgements after a recovery stand on what it believed.
  void session.put(key(choices), newValue(choices, 100_000 * depth, 200));
  if (choices.chance(0.7)) session.sync();
  collector.pause(left, session.expectation());
  const problems = await finish(bench, session);
  if (next === undefined || depth === DEPTH_MAX) return problems;
  return [...problems, ...(await recoverWatched(bench, next, depth + 1))];
}
