// Plays a life again and again, each time with a later call that fails, until a life meets no failure
// any more. After each life, on a disk that is well again, everything acknowledged is there: after a kill
// and after a power cut that takes all that was not synced.

import type { ExecutionContext } from 'ava';
import { judgeOpen, refuseLitter } from '../power/judge.js';
import type { CutPolicy, FaultPlan, Operation } from '../support/test-disk.js';
import { TestDisk } from '../support/test-disk.js';
import { FaultScript, type Life, type Step } from './fault-script.js';

export type Plan = Omit<FaultPlan, 'nth' | 'failedSync'>;

/** A failed call that was met. */
export interface Met {
  readonly step: Step;
  readonly operation: Operation;
}

const FAILED_SYNCS = ['lost', 'partial', 'appears-later'] as const;
/** A write that fails has put some of its bytes in place. */
const SHORT_STEP = 613;
const SHORT_BYTES_MAX = 9000;
/** More calls than any life makes. */
const CALLS_MAX = 2000;
/** What the owner of a poisoned store may still do: let go of it. */
const LETTING_GO: readonly Operation[] = ['close', 'unmapRegion', 'attachRegion'];

export const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

/** All failures met, one for each life but the last. `judge` sees each life before its disk is well. */
export async function failEach(
  t: ExecutionContext,
  how: { isMapped: boolean; life: Life; plan: Plan },
  judge: (script: FaultScript, where: string) => void = () => undefined,
): Promise<Met[]> {
  const { isMapped, life, plan } = how;
  const met: Met[] = [];
  for (let nth = 1; nth < CALLS_MAX; nth++) {
    const disk = new TestDisk({ seed: seed + nth, mappable: isMapped });
    const failedSync = FAILED_SYNCS[nth % FAILED_SYNCS.length]!;
    const shortBytes = (nth * SHORT_STEP) % SHORT_BYTES_MAX;
    const planned = disk.failAt({ ...plan, nth, failedSync, shortBytes });
    const script = new FaultScript(disk);
    await script.run(life);
    const { failed, failedIn } = script;
    const call = `call ${failed?.number}, ${failed?.operation} ${failed?.path}`;
    const where = `seed ${seed}, ${life}, ${plan.errno}, ${failedIn}: ${call}`;
    t.deepEqual(script.problems, [], where);
    if (planned.failed === 0) return met;
    t.deepEqual(busyWhenPoisoned(script), [], where);
    judge(script, where);
    disk.clearFaults();
    await checkContent(script, nth, where);
    met.push({ step: failedIn!, operation: failed!.operation });
  }
  throw new Error('a life without an end');
}

/** Calls of a poisoned store that change something: nothing is retried, nothing goes on. */
function busyWhenPoisoned(script: FaultScript): string[] {
  const { wasPoisoned, poisonedAt, openedAt, disk } = script;
  if (!wasPoisoned) return [];
  const nextOwner = openedAt.find((calls) => calls >= poisonedAt);
  return disk.log
    .slice(poisonedAt, nextOwner)
    .filter((call) => !LETTING_GO.includes(call.operation))
    .map((call) => `call ${call.number}: ${call.operation} ${call.path}`);
}

/** The store opens, holds a prefix with everything acknowledged, can be written, and leaves no litter. */
async function checkContent(script: FaultScript, nth: number, where: string): Promise<void> {
  const { disk, history } = script;
  const expected = history.expectation();
  // No file system goes on as if nothing had happened when it could not write the names of a new store:
  // what a later sync of the directory makes of them cannot be asked of the simulated one.
  const isNameLost = script.failedIn === 'open' && script.failed?.operation === 'syncDirectory';
  const worst: CutPolicy = nth % 2 === 0 ? 'lose-all-unsynced' : 'random';
  const policy = isNameLost ? 'keep-all' : worst;
  const left = [disk.kill(), disk.cut(seed, policy)];
  for (const [index, found] of left.entries()) {
    try {
      const session = await judgeOpen(found, expected, { mode: 'told' });
      const done = session.put('more', 'yes');
      session.sync();
      await done;
      await session.close();
      if (session.problems.length > 0) throw new Error(session.problems.join('; '));
      refuseLitter(found);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new Error(`${where}: ${['kill', policy][index]}: ${problem}`);
    }
  }
}
