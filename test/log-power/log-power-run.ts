// The power-cut proof of a log: scripts of appends, rotations, syncs, retirements, cuts of the log,
// closes and recoveries on the simulated disk; the power is cut before any call and at quiet moments,
// and everything that is left is opened and compared with what was appended.

import { Choices } from '../support/choices.js';
import type { DiskCall } from '../support/test-disk.js';
import { TestDisk } from '../support/test-disk.js';
import { compareLog, type LogExpectation, LogModel } from './log-model.js';
import { LogSession } from './log-session.js';

export interface LogScriptResult {
  states: number;
  hashes: string[];
  violations: string[];
}

interface LogState {
  disk: TestDisk;
  expected: LogExpectation;
  where: string;
}

const LIVES = 3;
const CUT_RATE = 0.25;

class Collector {
  readonly states: LogState[] = [];
  readonly hashes = new Set<string>();
  readonly #choices: Choices;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  watch(disk: TestDisk, expectation: () => LogExpectation): void {
    disk.onOperation((call) => {
      if (this.#choices.chance(CUT_RATE)) this.take(disk, expectation(), placeOf(call));
    });
  }

  take(disk: TestDisk, expected: LogExpectation, place: string): void {
    const seed = this.#choices.below(2 ** 31);
    const policy = this.#choices.chance(0.7)
      ? 'random'
      : this.#choices.chance(0.5)
        ? 'lose-all-unsynced'
        : 'keep-all';
    const after = this.#choices.chance(0.1) ? disk.kill() : disk.cut(seed, policy);
    this.hashes.add(after.stateHash());
    this.states.push({ disk: after, expected, where: `cut ${seed} (${policy}) ${place}` });
  }
}

function placeOf(call: DiskCall): string {
  return `before call ${call.number}, ${call.operation} ${call.to ?? call.path}`;
}

/** Runs one script; the same arguments give the same states. */
export async function runLogScript(
  seed: number,
  script: number,
  isMapped: boolean,
): Promise<LogScriptResult> {
  const choices = new Choices((seed * 7919 + script * 2 + (isMapped ? 1 : 0)) | 0);
  const collector = new Collector(choices);
  const violations: string[] = [];
  const name = `${isMapped ? 'mapped' : 'buffered'} script ${script}`;
  const disk = new TestDisk({ seed, mappable: isMapped });
  try {
    await live({ choices, collector, seed }, disk, new LogModel(), LIVES);
  } catch (error) {
    violations.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  for (const state of collector.states) {
    const problem = await judge(state, choices, seed);
    if (problem !== undefined) violations.push(`${name}: ${problem}\n  ${state.where}`);
  }
  return { states: collector.states.length, hashes: [...collector.hashes], violations };
}

interface Run {
  choices: Choices;
  collector: Collector;
  seed: number;
}

/** Opens what is there, works on it, and leaves it closed, killed or cut to the next life. */
async function live(run: Run, disk: TestDisk, model: LogModel, lives: number): Promise<void> {
  const { choices, collector, seed } = run;
  const position = cutPosition(choices, model);
  collector.watch(disk, () => model.expectation());
  const options = position === undefined ? {} : { position };
  const session = await LogSession.open(disk, seed, options, model);
  settleCut(model, position);
  const found = compareLog(session.log, model.expectation());
  if (typeof found === 'string') throw new Error(found);
  model.entries.length = found;
  model.acknowledged = found;
  const bytesMax = choices.weighted({ 40: 2, 400: 3, 9000: 3 });
  for (let steps = choices.between(5, 60); steps > 0; steps--) {
    const what = choices.weighted({ append: 12, sync: 3, retire: 1, prepare: 1 });
    if (what === 'append') session.append(choices, Number(bytesMax));
    else if (what === 'sync') session.sync();
    else if (what === 'retire') session.retire(choices);
    else session.environment.current!.prepare();
    session.acknowledge();
    if (choices.chance(CUT_RATE / 2)) collector.take(disk, model.expectation(), 'at rest');
  }
  const end = choices.weighted({ close: 3, cut: 4, kill: 2, fail: 2 });
  if (end === 'close') await session.close();
  if (end === 'fail') failSync(session, choices);
  disk.onOperation(undefined);
  disk.assertNoLateStores();
  if (lives === 1) return;
  const left = end === 'cut' ? disk.cut(choices.below(2 ** 31)) : disk.kill();
  // What a cut leaves is found out by an open that nobody disturbs.
  if (end !== 'close') await settle(left, model, seed);
  await live(run, left, model, lives - 1);
}

/** A sync fails: the files show what was written, the disk may not hold it. */
function failSync(session: LogSession, choices: Choices): void {
  session.disk.failAt({ operation: 'sync', path: 'wal-', nth: 1, failedSync: 'lost' });
  session.append(choices, 300);
  session.sync();
  if (!session.log.stats().isPoisoned) throw new Error('a failed sync did not poison the log');
}

/** Shortens the model to what an undisturbed recovery of the disk finds. */
async function settle(left: TestDisk, model: LogModel, seed: number): Promise<void> {
  const trial = await LogSession.open(left.kill(), seed);
  const found = compareLog(trial.log, model.expectation());
  if (typeof found === 'string') throw new Error(found);
  model.entries.length = found;
}

/** Now and then the next open cuts the log behind some entry that is there. */
function cutPosition(choices: Choices, model: LogModel): number | undefined {
  const first = Math.max(...model.firsts);
  const there = model.entries.filter((entry) => entry.position >= first);
  if (there.length === 0 || !choices.chance(0.25)) return undefined;
  const entry = choices.pick(there);
  model.cutTo = model.entries.indexOf(entry);
  return entry.position;
}

function settleCut(model: LogModel, position: number | undefined): void {
  if (position === undefined) return;
  model.entries.length = model.cutTo!;
  model.acknowledged = Math.min(model.acknowledged, model.entries.length);
  model.cutTo = undefined;
}

/** What is wrong with a state, or undefined: it opens, holds what it must, and goes on. */
async function judge(state: LogState, choices: Choices, seed: number): Promise<string | undefined> {
  try {
    const { disk, expected } = state;
    const session = await LogSession.open(disk, seed);
    const found = compareLog(session.log, expected);
    if (typeof found === 'string') return found;
    const model = new LogModel();
    model.entries = expected.entries.slice(0, found);
    model.acknowledged = found;
    model.firsts = [session.log.firstPosition];
    const next = new LogSessionOn(session, model);
    next.append(choices);
    const cut = disk.cut(choices.below(2 ** 31), 'lose-all-unsynced');
    const again = await LogSession.open(cut, seed);
    const left = compareLog(again.log, model.expectation());
    if (typeof left === 'string') return `after one more append: ${left}`;
    await session.close();
    disk.assertNoLateStores();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** One more entry, acknowledged, and one that is not. */
class LogSessionOn {
  readonly #session: LogSession;
  readonly #model: LogModel;

  constructor(session: LogSession, model: LogModel) {
    this.#session = session;
    this.#model = model;
  }

  append(choices: Choices): void {
    this.#session.append(choices, 60);
    this.#session.sync();
    this.#session.append(choices, 60);
    this.#model.entries.push(...this.#session.model.entries);
    this.#model.acknowledged = this.#model.entries.length - 1;
  }
}
