// What LOCK says, whatever it holds.

import test from 'ava';

import type { LockFact } from '../../src/cli/dump-facts.js';
import { isInUse, lockFact } from '../../src/cli/dump-lock.js';
import { acquireDirectoryLock } from '../../src/io/directory-lock.js';
import { lockBlock } from '../support/fixture-lock.js';
import { TestDisk } from '../support/test-disk.js';

function diskWith(content: Uint8Array | undefined): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  if (content !== undefined) disk.writeFileRaw('/store/LOCK', content);
  return disk;
}

test('every state of LOCK is told apart, and none changes it', (t) => {
  const cases: [Uint8Array | undefined, LockFact['state']][] = [
    [undefined, 'none'],
    [new Uint8Array(0), 'empty'],
    [Buffer.from('lanedb lock 1\npid 12'), 'torn'],
    [lockBlock('released'), 'released'],
    [lockBlock('held'), 'held'],
    [Buffer.from('lanedb lock 2\n'.padEnd(512)), 'unreadable'],
  ];
  for (const [content, state] of cases) {
    const disk = diskWith(content);
    const before = disk.stateHash();
    t.is(lockFact(disk, '/store').state, state);
    t.is(disk.stateHash(), before);
  }
});

test('a store is in use only while its owner lives', (t) => {
  const ended = lockFact(diskWith(lockBlock('held')), '/store');
  t.like(ended, { pid: 4242, since: '2026-01-02T03:04:05.678Z' });
  if (process.platform === 'linux') t.false(isInUse(ended), 'of another boot');
  const disk = diskWith(undefined);
  const lock = acquireDirectoryLock({ fileSystem: disk, directory: '/store', native: false });
  t.true(isInUse(lockFact(disk, '/store')));
  lock.release();
  t.false(isInUse(lockFact(disk, '/store')));
});

test('a LOCK that cannot be read is a fact, not a failure', (t) => {
  const disk = diskWith(lockBlock('held'));
  disk.removeRaw('/store/LOCK');
  disk.makeDirectoryRaw('/store/LOCK');
  const fact = lockFact(disk, '/store');
  t.is(fact.state, 'unreadable');
  t.truthy(fact.problem);
});
