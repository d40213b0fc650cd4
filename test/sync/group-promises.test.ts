// Promises of groups of writes: settled when all before them is durable, never earlier, never noisy.

import { setTimeout } from 'node:timers/promises';

import test from 'ava';

import { ControlBlock, DURABLE, ROUND } from '../../src/control/control-block.js';
import { poison } from '../../src/control/poison.js';
import { isLaneError, LaneError } from '../../src/errors.js';
import type { Background } from '../../src/sync/background.js';
import { GroupPromises } from '../../src/sync/group-promises.js';

/** Notes what it is asked for, and does nothing by itself. */
class NotingBackground implements Background {
  readonly lookMs = 0;
  readonly requests: ('urgent' | 'paced')[] = [];
  readonly references: boolean[] = [];
  admitPrepared(): void {}
  drain(): void {}
  start(): void {}
  requestSync(isUrgent: boolean): void {
    this.requests.push(isUrgent ? 'urgent' : 'paced');
  }
  awaitDurable(): void {}
  setReferenced(isReferenced: boolean): void {
    this.references.push(isReferenced);
  }
  async stop(): Promise<void> {}

  get urgent(): number {
    return this.requests.filter((request) => request === 'urgent').length;
  }
}

function begin() {
  const control = ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount: 1 });
  const background = new NotingBackground();
  let idle = 0;
  const promises = new GroupPromises(control, background, () => {
    idle++;
  });
  return {
    control,
    background,
    promises,
    idle: () => idle,
    /** What the syncer does: a round ends, everything up to `durable` is on the disk. */
    sync: (durable: number) => {
      control.words[ROUND]!++;
      Atomics.store(control.words, DURABLE, durable | 0);
      Atomics.notify(control.words, DURABLE);
    },
  };
}

/** What a promise has come to after everything that is due has run. */
function stateOf(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    setTimeout(20, 'pending'),
  ]);
}

test('writes between two rounds share one promise, later ones have another', (t) => {
  const { control, promises, background } = begin();
  const first = promises.written(1);
  t.is(promises.written(2), first);
  t.not(promises.done(3) as Promise<unknown>, first);
  t.is(promises.done(4), promises.done(5));
  control.words[ROUND]!++;
  t.not(promises.written(6), first);
  t.deepEqual(background.requests, ['paced', 'paced']);
});

test('a promise resolves when the last write of its group is durable, not before', async (t) => {
  const { control, promises, sync } = begin();
  const written = promises.written(1);
  const done = promises.done(3);
  control.words[ROUND]!++;
  const later = promises.written(4);
  t.is(await stateOf(written), 'pending');
  sync(2);
  t.is(await stateOf(written), 'pending');
  t.is(await stateOf(done), 'pending');
  sync(3);
  t.deepEqual(await stateOf(written), { value: true });
  t.deepEqual(await stateOf(done), { value: undefined });
  t.is(await stateOf(later), 'pending');
  sync(4);
  t.deepEqual(await stateOf(later), { value: true });
  t.is(promises.durable, 4);
});

test('a write that is durable already when it asks resolves too', async (t) => {
  const { promises, sync } = begin();
  sync(10);
  t.deepEqual(await stateOf(promises.written(7)), { value: true });
});

test('sequences above two thousand million are compared as unsigned', async (t) => {
  const { promises, sync } = begin();
  sync(0x7fffffff);
  const promise = promises.written(0x80000001 | 0);
  t.is(await stateOf(promise), 'pending');
  sync(0x80000000);
  t.is(await stateOf(promise), 'pending');
  sync(0x80000001);
  t.deepEqual(await stateOf(promise), { value: true });
});

test('a promise that nobody looks at asks for no haste', async (t) => {
  const { promises, background, sync } = begin();
  void promises.written(1);
  void promises.done(2);
  await setTimeout(20);
  t.deepEqual(background.requests, ['paced']);
  sync(2);
  await setTimeout(20);
  t.is(background.urgent, 0);
});

const ignore = () => undefined;
const WAYS: [string, (promise: Promise<unknown>) => unknown][] = [
  ['await', async (promise) => await promise],
  ['then', (promise) => promise.then(ignore)],
  ['catch', (promise) => promise.catch(ignore)],
  ['finally', (promise) => promise.finally(ignore)],
  ['Promise.all', (promise) => Promise.all([promise])],
];

for (const [way, look] of WAYS) {
  test(`waiting by ${way} asks for a sync at once, and once for a whole group`, async (t) => {
    const { promises, background } = begin();
    const written = promises.written(1);
    const done = promises.done(2);
    t.is(background.urgent, 0);
    void look(written);
    await setTimeout(1);
    t.is(background.urgent, 1);
    void look(written);
    void look(done);
    void look(promises.written(3));
    await setTimeout(1);
    t.is(background.urgent, 1);
  });
}

test('a group that a round came too early for is asked for again when the round ends', async (t) => {
  const { control, promises, background, sync } = begin();
  void promises.written(1);
  control.words[ROUND]!++;
  const second = promises.written(2);
  void second.then(ignore);
  t.is(background.urgent, 1);
  sync(1);
  await setTimeout(20);
  t.is(background.urgent, 2);
  sync(2);
  t.deepEqual(await stateOf(second), { value: true });
});

test('the process is kept alive while something is not durable, and the store learns that it is idle', async (t) => {
  const { promises, background, idle, sync } = begin();
  t.false(promises.hasPending);
  void promises.written(1);
  t.true(promises.hasPending);
  t.deepEqual(background.references, [true]);
  void promises.written(2);
  t.is(idle(), 0);
  sync(2);
  await setTimeout(20);
  t.false(promises.hasPending);
  t.deepEqual(background.references, [true, false]);
  t.is(idle(), 1);
  void promises.written(3);
  sync(3);
  await setTimeout(20);
  t.deepEqual(background.references, [true, false, true, false]);
  t.is(idle(), 2);
});

test('a poisoned store rejects every group with its cause, and nothing is raised that nobody awaits', async (t) => {
  const { control, promises, idle } = begin();
  const raised: unknown[] = [];
  const note = (reason: unknown) => raised.push(reason);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const [ignored, awaited] = [promises.written(1), promises.done(2)];
  control.words[ROUND]!++;
  void promises.written(3);
  void promises.done(3);
  poison(control, new LaneError('IO_ERROR', 'EIO'));
  const { error } = (await stateOf(awaited)) as { error: unknown };
  t.true(isLaneError(error, 'STORE_POISONED'));
  t.true(isLaneError((error as LaneError).cause, 'IO_ERROR'));
  void promises.written(4);
  void promises.done(5);
  await setTimeout(30);
  t.deepEqual(raised, []);
  t.true(isLaneError(((await stateOf(ignored)) as { error: unknown }).error, 'STORE_POISONED'));
  t.false(promises.hasPending);
  t.true(idle() >= 1);
});

test('a promise made from one is a plain one: who handles it decides on it', async (t) => {
  const { control, promises } = begin();
  const derived = promises.written(1).then(() => 1);
  t.is(derived.constructor, Promise);
  poison(control, new Error('gone'));
  await t.throwsAsync(derived, { code: 'STORE_POISONED' });
});

test('very many writes in one round are one group', async (t) => {
  const { promises, sync, background } = begin();
  const first = promises.written(1);
  for (let sequence = 2; sequence <= 300_000; sequence++) void promises.written(sequence);
  t.is(promises.written(300_000), first);
  t.is(background.requests.length, 1);
  sync(299_999);
  t.is(await stateOf(first), 'pending');
  sync(300_000);
  t.deepEqual(await stateOf(first), { value: true });
});

test('rounds without end while the event loop is blocked leave no group behind', async (t) => {
  const { control, promises, sync } = begin();
  const first = promises.written(1);
  // As a loop of put() and flushSync(), which never gives the event loop a turn.
  for (let sequence = 2; sequence <= 100_100; sequence++) {
    sync(sequence - 1);
    void promises.written(sequence);
  }
  const last = promises.written(100_100);
  control.words[ROUND]!++;
  t.deepEqual(await stateOf(first), { value: true });
  t.is(await stateOf(last), 'pending');
  sync(100_100);
  t.deepEqual(await stateOf(last), { value: true });
  t.false(promises.hasPending);
});

test('a store that is poisoned after its writes were durable has kept its word', async (t) => {
  const { control, promises, sync } = begin();
  const promise = promises.written(1);
  sync(1);
  t.deepEqual(await stateOf(promise), { value: true });
  poison(control, new Error('later'));
  t.deepEqual(await stateOf(promise), { value: true });
});
