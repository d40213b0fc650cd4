// Every call on the LOCK file fails once: the store opens or says why not, with a typed error, loses
// nothing, and can be opened by the next who tries.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { isLaneError } from '../../src/errors.js';
import { Session } from '../power/session.js';
import type { Operation } from '../support/test-disk.js';
import { TestDisk } from '../support/test-disk.js';

/** Calls that taking over from a dead owner and giving up the lock make. */
const KINDS: readonly Operation[] = [
  'close',
  'create',
  'kind',
  'link',
  'openRead',
  'openWrite',
  'read',
  'remove',
  'write',
];

/** A store whose owner died with an acknowledged write. */
async function ownerDied(): Promise<TestDisk> {
  const session = await Session.open(new TestDisk(), { lock: 'file', mode: 'told' });
  const done = session.put('a', '1');
  session.sync();
  await done;
  return session.disk.kill();
}

/** Opens, writes and closes; true if all of it went well. */
async function live(t: ExecutionContext, disk: TestDisk, where: string): Promise<boolean> {
  try {
    const session = await Session.open(disk, { lock: 'file', mode: 'told' });
    t.is(session.store.get('a'), '1', where);
    const done = session.put('b', '2');
    session.sync();
    await done;
    await session.close();
    t.deepEqual(session.problems, []);
    return true;
  } catch (error) {
    t.true(isLaneError(error), `${where}: ${String(error)}`);
    if (isLaneError(error)) t.true(['IO_ERROR', 'DISK_FULL'].includes(error.code), error.message);
    return false;
  }
}

for (const errno of ['EIO', 'ENOSPC'] as const) {
  test(`a lock file whose calls fail with ${errno} keeps nobody out for longer than the failure`, async (t) => {
    const met = new Set<Operation>();
    let refused = 0;
    for (let nth = 1; ; nth++) {
      const disk = await ownerDied();
      const planned = disk.failAt({ operation: 'any', path: 'LOCK', nth, errno });
      const wentWell = await live(t, disk, `call ${nth}`);
      if (planned.failed === 0) break;
      const failed = disk.log.find((call) => call.outcome === 'failed')!;
      met.add(failed.operation);
      if (!wentWell) refused++;
      disk.clearFaults();
      for (const left of [disk.kill(), disk]) {
        const where = `call ${nth}, ${failed.operation} ${failed.path}`;
        t.true(await live(t, left, where), where);
      }
    }
    t.deepEqual([...met].sort(), KINDS);
    t.true(refused > 0);
  });
}
