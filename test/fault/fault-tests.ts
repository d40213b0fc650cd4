// The tests of failing calls for one medium. Each tries every call of a life and says which it met, so
// that none can pass without a failure.

import type { ExecutionContext } from 'ava';
import test from 'ava';
import { refuseLitter } from '../power/judge.js';
import type { Operation } from '../support/test-disk.js';
import { failEach, type Met, type Plan, seed } from './fail-each.js';
import type { FaultScript, Life } from './fault-script.js';

const LIVES: readonly Life[] = ['closed', 'killed'];
/** Calls that a life makes, besides those that a medium has of its own. */
const KINDS: readonly Operation[] = [
  'allocate',
  'close',
  'create',
  'kind',
  'list',
  'makeDirectory',
  'openRead',
  'openWrite',
  'read',
  'remove',
  'rename',
  'sync',
  'syncDirectory',
  'write',
];
const MAPPING: readonly Operation[] = ['attachRegion', 'mapRegion', 'unmapRegion'];
/** Calls that need room. */
const TAKING_ROOM: readonly Operation[] = [
  'allocate',
  'create',
  'makeDirectory',
  'rename',
  'sync',
  'syncDirectory',
  'write',
];

/** Once at any call; from a call on, of one kind of calls or of all. */
const FULL_DISKS: readonly Plan[] = [
  { operation: 'mutating', errno: 'ENOSPC' },
  ...[...TAKING_ROOM, 'mutating' as const].map((operation) => ({
    operation,
    errno: 'ENOSPC' as const,
    persistent: true,
  })),
];

export function testFaults(isMapped: boolean): void {
  const medium = isMapped ? 'mapped' : 'buffered';
  const kinds = isMapped ? [...KINDS, ...MAPPING] : KINDS;

  for (const life of LIVES) {
    test(`${medium}, ${life}: any call that fails once with EIO loses nothing acknowledged`, async (t) => {
      t.log(`seed ${seed}`);
      const plan: Plan = { operation: 'any', errno: 'EIO' };
      const met = await failEach(t, { isMapped, life, plan }, (script, where) =>
        expectPoison(t, script, where),
      );
      requireSteps(t, met, life);
      t.deepEqual([...new Set(met.map((one) => one.operation))].sort(), [...kinds].sort());
      t.log(`${met.length} calls`);
    });

    test(`${medium}, ${life}: EIO of one kind of calls from any of them on loses nothing`, async (t) => {
      t.log(`seed ${seed}`);
      for (const operation of [...kinds, 'mutating'] as const) {
        const plan: Plan = { operation, errno: 'EIO', persistent: true };
        const met = await failEach(t, { isMapped, life, plan }, (script, where) =>
          expectPoison(t, script, where),
        );
        t.true(met.length > 0, operation);
        t.log(`${operation}: ${met.length} calls`);
      }
    });

    test(`${medium}, ${life}: a disk that is full at any call loses nothing acknowledged`, async (t) => {
      t.log(`seed ${seed}`);
      for (const plan of FULL_DISKS) {
        const met = await failEach(t, { isMapped, life, plan }, (script, where) =>
          expectDiskFull(t, script, where),
        );
        t.true(met.length > 0, plan.operation);
        t.log(`${plan.operation}${plan.persistent ? ' on' : ''}: ${met.length} calls`);
      }
    });
  }

  test(`${medium}: a store goes on without reopening when there is room again`, async (t) => {
    t.log(`seed ${seed}`);
    let refused = 0;
    for (const plan of FULL_DISKS) {
      await failEach(t, { isMapped, life: 'full', plan }, (script, where) => {
        expectDiskFull(t, script, where);
        if (script.failedIn !== 'write' || script.wasPoisoned) return;
        t.true(script.acknowledgedAfter > 0, where);
        t.notThrows(() => refuseLitter(script.disk), where);
        refused += script.refusals.length;
      });
    }
    t.true(refused > 0);
  });
}

/** EIO in a running store poisons it, and every refusal names what failed. */
function expectPoison(t: ExecutionContext, script: FaultScript, where: string): void {
  if (script.failedIn !== 'write' && script.failedIn !== 'write again') return;
  t.true(script.wasPoisoned, where);
  const poisons = script.refusals.filter(({ code }) => code === 'STORE_POISONED');
  t.true(poisons.length > 0, where);
  for (const { cause } of poisons) t.is(cause?.code, 'IO_ERROR', where);
}

/** A full disk is a state to leave, unless bytes of the log were in flight. */
function expectDiskFull(t: ExecutionContext, script: FaultScript, where: string): void {
  const codes = script.refusals.map(({ code, cause }) => cause?.code ?? code);
  for (const code of codes) t.is(code, 'DISK_FULL', where);
  if (script.disk.log.filter((call) => call.outcome === 'failed').some(isOfLog)) return;
  t.false(script.wasPoisoned, where);
}

function isOfLog(call: { operation: Operation; path: string }): boolean {
  return /\/wal-/.test(call.path) && (call.operation === 'write' || call.operation === 'sync');
}

/** Failures were met in every step of a life. */
function requireSteps(t: ExecutionContext, met: Met[], life: Life): void {
  const steps = ['open', 'write', 'close', 'reopen', 'write again', 'close again'];
  const wanted = steps.filter((step) => step !== 'close' || life === 'closed');
  t.deepEqual(
    wanted.filter((step) => !met.some((one) => one.step === step)),
    [],
  );
}
