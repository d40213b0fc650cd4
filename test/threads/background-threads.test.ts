// The background threads of a store: they start once, end when told, prepare and sync what is asked
// for, and poison the store when they end for any other reason.

import { setTimeout as sleep } from 'node:timers/promises';

import test from 'ava';

import type { ControlBlock } from '../../src/control/control-block.js';
import {
  DURABLE,
  LANE_WANTED,
  NEXT_GENERATION,
  PREPARE_REQUEST,
  PREPARE_WANTED,
  PREPARER_STATE,
  ROLE_RUNNING,
  ROLE_STARTING,
  ROLE_STOPPED,
  ROLE_VACANT,
  SLOT_STANDBY,
  SLOT_STATE,
  SYNCER_STATE,
} from '../../src/control/control-block.js';
import { isPoisoned, poisonError } from '../../src/control/poison.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { openIn } from '../../src/store/open.js';
import { BackgroundThreads } from '../../src/threads/background-threads.js';
import type { Environment } from '../../src/threads/environment.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import { beginLane } from '../../src/wal/begin-lane.js';
import { listingOf, openAt, openNew, rejectsWith, SMALL, throwsWith } from '../support/stores.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function until(condition: () => boolean): Promise<boolean> {
  for (let wait = 0; wait < 1000 && !condition(); wait++) await sleep(10);
  return condition();
}

function wordOf(control: ControlBlock, word: number): number {
  return Atomics.load(control.words, word);
}

function newThreads(directory: string) {
  const log = new LogMemory({
    memoryBytes: 1048576,
    segmentBytes: 65_536,
    logBytes: 0,
    lanesMax: 1,
    usesHugePages: false,
  });
  const data = {
    control: log.control.buffer,
    pool: log.pool,
    directory,
    storeId: new Uint8Array(16).fill(1),
    isMapped: false,
    isNative: false,
    segmentBytes: 65_536,
    syncDelayMs: 0,
  };
  log.control.words[NEXT_GENERATION] = 1;
  const context = {
    fileSystem: new NodeFileSystem({ native: false }),
    directory,
    storeId: data.storeId,
    control: log.control,
    memory: log.memory,
    isMapped: false,
    segmentBytes: 65_536,
  };
  beginLane(context, 0);
  return { log, data, control: log.control, threads: new BackgroundThreads(log.control, data) };
}

test('threads start once, and end when told', async (t) => {
  const { control, threads } = newThreads(temporaryDirectory(t));
  t.is(wordOf(control, SYNCER_STATE), ROLE_VACANT);
  threads.start();
  threads.start();
  t.true(await until(() => wordOf(control, SYNCER_STATE) === ROLE_RUNNING));
  t.true(await until(() => wordOf(control, PREPARER_STATE) === ROLE_RUNNING));
  threads.setReferenced(true);
  threads.setReferenced(false);
  await threads.stop();
  t.is(wordOf(control, SYNCER_STATE), ROLE_STOPPED);
  t.is(wordOf(control, PREPARER_STATE), ROLE_STOPPED);
  t.false(isPoisoned(control));
});

test.serial(
  'a process that ends keeps the preparer from loading, and waits if it already does',
  async (t) => {
    const before = process.listenerCount('exit');
    const { control, threads } = newThreads(temporaryDirectory(t));
    threads.start();
    t.is(process.listenerCount('exit'), before + 1);
    const listener = process.listeners('exit').at(-1);
    t.true(await until(() => wordOf(control, PREPARER_STATE) === ROLE_RUNNING));
    listener?.call(process, 0);
    t.is(wordOf(control, PREPARER_STATE), ROLE_STOPPED);
    Atomics.store(control.words, PREPARER_STATE, ROLE_STARTING);
    const waited = performance.now();
    listener?.call(process, 0);
    t.true(performance.now() - waited > 1000);
    await threads.stop();
    t.is(process.listenerCount('exit'), before);
  },
);

test('threads that never started are stopped at once', async (t) => {
  const { control, threads } = newThreads(temporaryDirectory(t));
  await threads.stop();
  t.is(wordOf(control, SYNCER_STATE), ROLE_VACANT);
});

test('the preparer prepares what is wanted, and the syncer admits it', async (t) => {
  const { control, threads } = newThreads(temporaryDirectory(t));
  threads.start();
  Atomics.store(control.words, control.laneStart(0) + LANE_WANTED, PREPARE_WANTED);
  Atomics.add(control.words, PREPARE_REQUEST, 1);
  Atomics.notify(control.words, PREPARE_REQUEST);
  t.true(await until(() => wordOf(control, control.slotStart(0, 1) + SLOT_STATE) === SLOT_STANDBY));
  await threads.stop();
});

test('waiting for durability ends after a bounded time', (t) => {
  const { control, threads } = newThreads(temporaryDirectory(t));
  const start = performance.now();
  threads.awaitDurable(wordOf(control, DURABLE));
  t.true(performance.now() - start < 10_000);
  threads.awaitDurable(wordOf(control, DURABLE) + 1);
});

test('a thread that ends when nobody told it to poisons the store', async (t) => {
  const { log, data } = newThreads(temporaryDirectory(t));
  const broken = { ...data, pool: undefined as unknown as SharedArrayBuffer };
  const threads = new BackgroundThreads(log.control, broken);
  threads.start();
  t.true(await until(() => isPoisoned(log.control)));
  const error = poisonError(log.control);
  t.is(error.code, 'STORE_POISONED');
  await threads.stop();
});

test('a thread that cannot even find the control block poisons as BACKGROUND_FAILED', async (t) => {
  const { log, data } = newThreads(temporaryDirectory(t));
  const broken = { ...data, control: new SharedArrayBuffer(4096) };
  const threads = new BackgroundThreads(log.control, broken);
  threads.start();
  t.true(await until(() => isPoisoned(log.control)));
  const cause = poisonError(log.control).cause as { code?: string };
  t.is(cause.code, 'BACKGROUND_FAILED');
  await threads.stop();
});

test('a thread without a file is BACKGROUND_FAILED before anything is started', async (t) => {
  for (const missing of ['syncer', 'preparer'] as const) {
    const { log, data } = newThreads(temporaryDirectory(t));
    const there = ['data:text/javascript,'];
    const files = { syncer: there, preparer: there, [missing]: ['./not-there.js'] };
    const threads = new BackgroundThreads(log.control, data, { files });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = throwsWith(t, 'BACKGROUND_FAILED', () => threads.start());
      t.regex(error.message, new RegExp(`${missing} thread is missing.*bundling\\.md`));
    }
    t.is(wordOf(log.control, SYNCER_STATE), ROLE_VACANT);
    t.false(isPoisoned(log.control));
    await threads.stop();
  }
});

test('a store whose threads have no files is read, refuses writes and stays as it is', async (t) => {
  const made = await openNew(t);
  await made.put('a', 1);
  await made.close();
  const { '.': _time, LOCK: _lock, ...before } = listingOf(made.path);
  const node = nodeEnvironment();
  const background: Environment['background'] = (control, data) => {
    const files = { syncer: ['./not-there.js'], preparer: ['./not-there.js'] };
    return new BackgroundThreads(control, { ...data, isNative: false }, { files });
  };
  const store = await openIn({ ...node, background }, made.path);
  await rejectsWith(t, 'BACKGROUND_FAILED', store.put('a', 2));
  await rejectsWith(t, 'BACKGROUND_FAILED', store.batch([{ type: 'delete', key: 'a' }]));
  throwsWith(t, 'BACKGROUND_FAILED', () => store.transaction((tx) => tx.delete('a')));
  store.flushSync();
  t.is(store.get('a'), 1);
  t.false(store.stats().isPoisoned);
  await store.close();
  const { '.': _later, LOCK: _released, ...after } = listingOf(made.path);
  t.deepEqual(Object.keys(after), Object.keys(before));
  const again = await openAt(t, made.path);
  t.is(again.stats().recovery?.outcome, 'clean');
  t.is(again.get('a'), 1);
});

test('a caller that blocks for a thread that never begins is not left waiting', async (t) => {
  const { log, data } = newThreads(temporaryDirectory(t));
  const broken = ['data:text/javascript,import "./not-there.js"'];
  const options = { files: { syncer: broken, preparer: broken }, startMsMax: 300 };
  const threads = new BackgroundThreads(log.control, data, options);
  threads.start();
  const begun = performance.now();
  // As flushSync() does: the event loop never turns, so nobody hears of the error.
  while (!isPoisoned(log.control)) threads.awaitDurable(wordOf(log.control, DURABLE));
  t.true(performance.now() - begun >= 290);
  const cause = poisonError(log.control).cause as { code?: string; message?: string };
  t.is(cause.code, 'BACKGROUND_FAILED');
  t.regex(String(cause.message), /did not begin within 300 ms/);
  await threads.stop();
});

test('a store rotates through many segments with its real threads, and opens again', async (t) => {
  for (const io of ['auto', 'buffered'] as const) {
    const store = await openNew(t, { ...SMALL, memoryBytes: 32 * 1048576, io });
    for (let round = 0; round < 300; round++) {
      void store.put(round, 'x'.repeat((round * 7919) % 60_000));
      if (round % 50 === 0) await store.flush();
    }
    t.true((store.stats().lanes[0]?.rotations ?? 0) > 100);
    await store.close();
    const { open } = await import('../../src/index.js');
    const again = await open(store.path);
    t.is(again.count(), 300);
    for (let round = 0; round < 300; round += 17) {
      t.is((again.get(round) as string).length, (round * 7919) % 60_000);
    }
    await again.close();
  }
});
