// Every call of a store's life fails once, and from some call on for good: what was acknowledged is
// there, nothing is acknowledged that is not durable, a failed file is never synced again, and a full
// disk is a state that ends.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { Session } from '../power/session.js';
import type { CutPolicy, FaultPlan } from '../support/test-disk.js';
import { TestDisk } from '../support/test-disk.js';
import { FaultScript } from './fault-script.js';

type Plan = Omit<FaultPlan, 'nth'>;

const FAILED_SYNCS = ['lost', 'partial', 'appears-later'] as const;
/** More calls than any life makes. */
const CALLS_MAX = 2000;
const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 1_000_000);

/** Plays the life again and again, each time failing a later call, until none is left to fail. */
async function failEach(
  t: ExecutionContext,
  isMapped: boolean,
  plan: Plan,
  play: (script: FaultScript, nth: number) => Promise<void>,
): Promise<number> {
  t.log(`seed ${seed}`);
  for (let nth = 1; nth < CALLS_MAX; nth++) {
    const disk = new TestDisk({ seed: seed + nth, mappable: isMapped });
    const failedSync = FAILED_SYNCS[nth % FAILED_SYNCS.length]!;
    const planned = disk.failAt({ ...plan, nth, failedSync });
    const script = new FaultScript(disk);
    await play(script, nth);
    if (planned.failed === 0) return nth - 1;
    const where = `call ${script.failed?.number}, ${script.failed?.operation} ${script.failed?.path}`;
    t.deepEqual(script.problems, [], where);
    t.deepEqual(syncedAgain(script), [], where);
    disk.clearFaults();
    await checkContent(t, script, nth, where);
  }
  throw new Error('a life without an end');
}

/** Syncs of a file after one of it failed with EIO, before it is opened by a new owner. */
function syncedAgain(script: FaultScript): string[] {
  const { log } = script.disk;
  const failed = log.find((call) => call.operation === 'sync' && call.outcome === 'failed');
  if (failed === undefined || !script.wasPoisoned) return [];
  // The next owner begins with a look at the directory.
  const rest = log.slice(failed.number);
  const reopened = rest.findIndex((call) => call.operation === 'list');
  return rest
    .slice(0, reopened < 0 ? rest.length : reopened)
    .filter((call) => call.operation === 'sync' && call.path === failed.path)
    .map((call) => `call ${call.number} syncs ${call.path} again`);
}

/** Everything acknowledged is there, after a kill and after cuts, and the store works. */
async function checkContent(
  t: ExecutionContext,
  script: FaultScript,
  nth: number,
  where: string,
): Promise<void> {
  const { disk, history } = script;
  // Names that a failed sync of their directory left undecided stay so: the next owner cannot know.
  const isNameLost = script.failed?.operation === 'syncDirectory' && !script.wasPoisoned;
  const worst: CutPolicy = isNameLost ? 'keep-all' : 'lose-all-unsynced';
  const policies: CutPolicy[] = [worst, nth % 2 === 0 && !isNameLost ? 'random' : 'keep-all'];
  const left = [disk.kill(), ...policies.map((policy) => disk.cut(seed + nth, policy))];
  for (const [index, found] of left.entries()) {
    const session = await Session.open(found, { mode: 'told' });
    const last = session.store.get('last');
    const expected = history.writes.map(({ changes }) => changes[1]![1]);
    const length = last === undefined ? 0 : expected.indexOf(last) + 1;
    t.true(
      length >= history.acknowledged,
      `${where}: ${length} of ${history.acknowledged} (${index})`,
    );
    for (const [key, { value }] of history.contentAt(length, 0).entries) {
      t.is(session.store.get(key), value, where);
    }
    const done = session.put('more', 'yes');
    session.sync();
    await done;
    await session.close();
    t.deepEqual(session.problems, []);
  }
}

for (const isMapped of [true, false]) {
  const medium = isMapped ? 'mapped' : 'buffered';

  for (const persistent of [false, true]) {
    const how = persistent ? 'from a call on' : 'once';

    test(`${medium}: EIO ${how} poisons a running store and loses nothing acknowledged`, async (t) => {
      const plan: Plan = { operation: 'mutating', errno: 'EIO', persistent };
      const calls = await failEach(t, isMapped, plan, async (script) => {
        await script.run();
        const isWrite = script.failedIn === 'write' || script.failedIn === 'write again';
        if (!isWrite) return;
        t.true(script.wasPoisoned, `${script.failed!.operation} ${script.failed!.path}`);
        const codes = script.refusals.map(({ code, cause }) => `${code} ${cause}`);
        t.true(codes.includes('STORE_POISONED IO_ERROR'), codes.join());
      });
      t.log(`${calls} calls`);
    });

    test(`${medium}: ENOSPC ${how} loses nothing acknowledged`, async (t) => {
      const plan: Plan = { operation: 'mutating', errno: 'ENOSPC', persistent };
      await failEach(t, isMapped, plan, (script) => script.run());
    });
  }

  test(`${medium}: a store goes on when there is room again for segments`, async (t) => {
    let refused = 0;
    for (const persistent of [false, true]) {
      const plan: Plan = { operation: 'mutating', errno: 'ENOSPC', persistent, path: /preparing-/ };
      await failEach(t, isMapped, plan, async (script) => {
        await script.goOn();
        t.false(script.wasPoisoned);
        if (script.failedIn !== 'write') return;
        t.true(script.acknowledgedAfter > 0);
        refused += script.refusals.filter(({ code }) => code === 'DISK_FULL').length;
      });
    }
    t.true(refused > 0);
  });

  test(`${medium}: reads that fail keep a store from opening and change nothing`, async (t) => {
    for (const operation of ['read', 'openRead', 'openWrite', 'list', 'kind'] as const) {
      const plan: Plan = { operation, errno: 'EIO' };
      await failEach(t, isMapped, plan, (script) => script.run());
    }
  });
}
