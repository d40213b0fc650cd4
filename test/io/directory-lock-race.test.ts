// Processes that meet inside the protocol of the lock: one wins, two never hold it at once.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import type { LockOwner } from '../../src/format/lock-owner.js';
import { acquireDirectoryLock } from '../../src/io/directory-lock.js';
import { createLock } from '../../src/io/lock-file.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { ownIdentity } from '../../src/io/process-identity.js';
import { ask, startChild } from '../support/lock-children.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const fileSystem = new NodeFileSystem();
const LOCKED = { code: 'STORE_LOCKED' };

function owner(changes: Partial<LockOwner>): LockOwner {
  const since = '2026-01-02T03:04:05.678Z';
  return { ...ownIdentity(), since, nonce: '0123456789abcdef', state: 'held', ...changes };
}

test.serial('of 8 processes taking over a dead owner exactly one wins, 30 times', async (t) => {
  const children = await Promise.all(Array.from({ length: 8 }, () => startChild(t)));
  for (let round = 0; round < 30; round++) {
    const directory = join(temporaryDirectory(t), 'store');
    mkdirSync(directory);
    prepareDead(directory, round);
    const atMs = Date.now() + 40;
    const answers = await Promise.all(
      children.map((child, index) => {
        // Rounds without flock, with, and half and half.
        const native = round % 3 === 0 ? false : round % 3 === 1 || index % 2 === 0;
        return ask(child, { command: 'acquire', directory, native, atMs });
      }),
    );
    const outcomes = answers.map((answer) => answer.outcome).sort();
    t.deepEqual(outcomes, [...Array<string>(7).fill('locked'), 'won'], `round ${round}`);
    const native = round % 2 === 0;
    t.throws(() => acquireDirectoryLock({ fileSystem, directory, native }), LOCKED);
    const winner = children[answers.findIndex((answer) => answer.outcome === 'won')];
    if (winner !== undefined) await ask(winner, { command: 'release' });
    t.deepEqual(readdirSync(directory), ['LOCK']);
  }
});

/** By turns: a dead owner, one with a dead taker, an empty lock, none, a released one. */
function prepareDead(directory: string, round: number): void {
  const path = join(directory, 'LOCK');
  const gone = {
    bootId: 'another-boot',
    ...(process.platform === 'linux' ? {} : { pid: 2 ** 31 }),
  };
  const kind = round % 5;
  if (kind === 2) writeFileSync(path, '');
  if (kind === 2 || kind === 3) return;
  const last = owner(kind === 4 ? { state: 'released' } : gone);
  createLock(fileSystem, path, last);
  if (kind !== 1) return;
  const taker = owner({ ...gone, nonce: 'bbbbbbbbbbbbbbbb' });
  createLock(fileSystem, join(directory, `LOCK.after-${last.nonce}`), taker);
}

test.serial('taken and released in turns by 4 processes, two never hold it at once', async (t) => {
  const children = await Promise.all(Array.from({ length: 4 }, () => startChild(t)));
  const mixes = [() => false, () => true, (index: number) => index % 2 === 0];
  for (const nativeOf of mixes) {
    const directory = temporaryDirectory(t);
    const untilMs = Date.now() + 1500;
    const answers = await Promise.all(
      children.map((child, index) =>
        ask(child, { command: 'cycle', directory, native: nativeOf(index), untilMs }),
      ),
    );
    let acquired = 0;
    for (const answer of answers) {
      t.is(answer.outcome, 'cycled');
      t.is(answer.overlaps, 0);
      acquired += answer.acquired ?? 0;
    }
    t.log(`${acquired} acquisitions`);
    t.true(acquired > 20);
    t.deepEqual(readdirSync(directory), ['LOCK']);
  }
});
