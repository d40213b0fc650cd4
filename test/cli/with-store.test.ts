// Commands that open the store: locked by somebody else, failing, interrupted at any moment.

import { join } from 'node:path';

import test from 'ava';

import { InterruptedError } from '../../src/cli/exit-codes.js';
import { withStore } from '../../src/cli/with-store.js';
import { storeWith } from '../support/command-store.js';
import { startLiveStore } from '../support/live-store.js';
import { lanedb, run, startLanedb } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const WRITING = { readOnly: false };

test.serial('a store in use is locked, and its owner is named', async (t) => {
  const path = join(temporaryDirectory(t), 'store');
  const child = await startLiveStore(path);
  t.teardown(() => child.kill('SIGKILL'));
  for (const words of [
    ['get', path, 'beta'],
    ['put', path, 'beta', '1'],
    ['del', path, 'beta'],
    ['range', path],
    ['stats', path],
  ]) {
    const { code, stdout, stderr } = await run(...words);
    t.is(code, 3, words[0]);
    t.regex(stderr, new RegExp(`^lanedb: STORE_LOCKED .*process ${child.pid} [^\n]*\n$`));
    t.is(stdout, '');
  }
});

test.serial('the store is closed when the command has ended, well or not', async (t) => {
  const path = await storeWith(t, []);
  t.is(await withStore(path, WRITING, async () => 7), 7);
  const failed = withStore(path, WRITING, async () => {
    throw new Error('in the middle');
  });
  await t.throwsAsync(failed, { message: 'in the middle' });
  t.is(await withStore(path, WRITING, async () => 7), 7);
  t.is(process.listenerCount('SIGINT'), 0);
});

test.serial('Ctrl-C closes the store, and what was written is there', async (t) => {
  const path = await storeWith(t, []);
  const interrupted = withStore(path, WRITING, async (store, signal) => {
    t.false(signal.aborted);
    void store.put('written', 1);
    process.emit('SIGINT');
    t.true(signal.aborted);
    return 0;
  });
  await t.throwsAsync(interrupted, { instanceOf: InterruptedError });
  t.is((await run('get', path, 'written')).stdout, '1\n');
  t.regex((await run('verify', path)).stdout, /outcome: clean/);
});

test.serial('Ctrl-C while the store opens does nothing to it', async (t) => {
  const path = await storeWith(t, [['before', 1]]);
  const interrupted = withStore(path, WRITING, async () => {
    t.fail();
    return 0;
  });
  process.emit('SIGINT');
  await t.throwsAsync(interrupted, { instanceOf: InterruptedError });
  t.is((await run('get', path, 'before')).stdout, '1\n');
});

test.serial('Ctrl-C at any moment of a process that puts leaves a good store', async (t) => {
  const path = await storeWith(t, [['before', 1]]);
  const startedMs = Date.now();
  lanedb('put', path, 'measured', '1');
  const wholeMs = Date.now() - startedMs;
  const ends: string[] = [];
  for (const part of [0.4, 0.6, 0.7, 0.8, 0.9]) {
    const { child, ended } = startLanedb('put', path, `key ${part}`, '1');
    await new Promise((resolve) => setTimeout(resolve, wholeMs * part));
    child.kill('SIGINT');
    const { code, signal } = await ended;
    ends.push(signal ?? String(code));
    t.true(code === 130 || code === 0 || signal === 'SIGINT', `${code} ${signal}`);
    t.is((await run('verify', path)).code, 0);
  }
  t.log(ends.join(' '));
  t.is((await run('get', path, 'before')).stdout, '1\n');
});
