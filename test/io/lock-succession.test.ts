// Succession step by step: every interleaving that matters is put between two calls on the disk.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test, { type ExecutionContext } from 'ava';

import type { LockOwner } from '../../src/format/lock-owner.js';
import type { WritableFile } from '../../src/io/file-system.js';
import { createLock, overwriteLock, readLock } from '../../src/io/lock-file.js';
import {
  becomeOwner,
  generationOf,
  type LockCandidate,
  lockedError,
  removeClaims,
} from '../../src/io/lock-succession.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { SystemCallError, systemError } from '../../src/io/system-error.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Lets a test do something right before or after a link, or instead of it. */
class InterruptedFileSystem extends NodeFileSystem {
  beforeLink: () => void = () => {};
  afterLink: () => void = () => {};
  linkErrno = 0;

  override link(from: string, to: string): void {
    const before = this.beforeLink;
    this.beforeLink = () => {};
    before();
    if (this.linkErrno !== 0) {
      const place = { operation: 'link', file: from };
      throw systemError(new SystemCallError(this.linkErrno, 'link'), place);
    }
    super.link(from, to);
    const after = this.afterLink;
    this.afterLink = () => {};
    after();
  }
}

/** The disk fills after this many blocks written. */
class FullFileSystem extends NodeFileSystem {
  writesLeft: number;

  constructor(writesLeft: number) {
    super();
    this.writesLeft = writesLeft;
  }

  override create(path: string): WritableFile {
    return this.#limit(super.create(path));
  }

  override openWrite(path: string): WritableFile {
    return this.#limit(super.openWrite(path));
  }

  #limit(file: WritableFile): WritableFile {
    const { write } = file;
    file.write = (source, start, bytes, position) => {
      if (this.writesLeft-- <= 0) {
        const place = { operation: 'write', file: file.path };
        throw systemError(new SystemCallError(28, 'write'), place);
      }
      write.call(file, source, start, bytes, position);
    };
    return file;
  }
}

const DEAD_PIDS = [1000, 1001, 1002, 1003];
let nonces = 0;

function owner(pid: number, state: LockOwner['state'] = 'held'): LockOwner {
  const nonce = (++nonces).toString(16).padStart(16, '0');
  const since = '2026-01-02T03:04:05.678Z';
  return { pid, startTime: '5', bootId: 'boot-1', since, nonce, state };
}

interface Place {
  directory: string;
  path: string;
  fileSystem: InterruptedFileSystem;
}

function place(t: ExecutionContext, content?: LockOwner): Place {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'LOCK');
  const fileSystem = new InterruptedFileSystem();
  if (content === undefined) writeFileSync(path, '');
  else createLock(fileSystem, path, content);
  return { directory, path, fileSystem };
}

function candidate(at: Place, pid: number): LockCandidate {
  return { ...at, own: owner(pid), isAlive: (identity) => !DEAD_PIDS.includes(identity.pid) };
}

function holder(at: Place): string {
  return generationOf(readLock(at.fileSystem, at.path, 0));
}

const LOCKED = { code: 'STORE_LOCKED' };
const LINUX_EPERM = 1;

test('an empty, a released, a dead and a torn lock have a successor', (t) => {
  const places = [place(t), place(t, owner(1, 'released')), place(t, owner(1000)), place(t)];
  writeFileSync(places[3]?.path ?? '', 'lanedb lock 1\npid 1');
  for (const at of places) {
    const self = candidate(at, 1);
    becomeOwner(self);
    t.is(holder(at), self.own.nonce);
    removeClaims(self);
    t.deepEqual(readdirSync(at.directory), ['LOCK']);
  }
});

test('a living owner is left alone and named', (t) => {
  const at = place(t, owner(77));
  const error = t.throws(() => becomeOwner(candidate(at, 1)), LOCKED);
  t.like(error, { file: at.path, found: 77 });
  t.regex(error.message, /process 77 since 2026-01-02T03:04:05\.678Z/);
  t.deepEqual(readdirSync(at.directory), ['LOCK']);
});

test('the claim of a living process is respected, that of a dead one succeeded', (t) => {
  const last = owner(1000);
  const at = place(t, last);
  const taker = owner(1001);
  const second = owner(1002);
  createLock(at.fileSystem, join(at.directory, `LOCK.after-${last.nonce}`), taker);
  createLock(at.fileSystem, join(at.directory, `LOCK.after-${taker.nonce}`), second);
  const living = owner(55);
  const livingClaim = join(at.directory, `LOCK.after-${second.nonce}`);
  createLock(at.fileSystem, livingClaim, living);
  t.like(
    t.throws(() => becomeOwner(candidate(at, 1)), LOCKED),
    { found: 55 },
  );
  t.is(holder(at), last.nonce);
  at.fileSystem.remove(livingClaim);
  const self = candidate(at, 1);
  becomeOwner(self);
  t.is(holder(at), self.own.nonce);
  t.is(readdirSync(at.directory).length, 4, 'claims stay until LOCK has moved on');
  removeClaims(self);
  t.deepEqual(readdirSync(at.directory), ['LOCK']);
});

test('an unreadable claim is waited for and then succeeded', (t) => {
  for (const content of ['', 'lanedb lock 1\npid']) {
    const last = owner(1000);
    const at = place(t, last);
    writeFileSync(join(at.directory, `LOCK.after-${last.nonce}`), content);
    const self = candidate(at, 1);
    becomeOwner(self);
    t.is(holder(at), self.own.nonce);
    t.true(readdirSync(at.directory).includes(`LOCK.after-${last.nonce}-torn`));
  }
});

test('two that find the same dead owner: the second meets the claim of the first', (t) => {
  const at = place(t, owner(1000));
  at.fileSystem.afterLink = () => {
    t.like(
      t.throws(() => becomeOwner(candidate(at, 2)), LOCKED),
      { found: 1 },
    );
  };
  const self = candidate(at, 1);
  becomeOwner(self);
  t.is(holder(at), self.own.nonce);
});

test('one that claims after a faster one has finished finds it out and loses', (t) => {
  const at = place(t, owner(1000));
  const faster = candidate(at, 2);
  at.fileSystem.beforeLink = () => {
    becomeOwner(faster);
    removeClaims(faster);
  };
  t.like(
    t.throws(() => becomeOwner(candidate(at, 1)), LOCKED),
    { found: 2 },
  );
  t.is(holder(at), faster.own.nonce);
  t.deepEqual(readdirSync(at.directory), ['LOCK']);
});

test('one that was overtaken by an owner that is gone again starts again and wins', (t) => {
  for (const end of ['released', 'dead before removing claims', 'dead after']) {
    const at = place(t, owner(1000));
    at.fileSystem.beforeLink = () => {
      const faster = candidate(at, end === 'released' ? 2 : 1001);
      becomeOwner(faster);
      if (end !== 'dead before removing claims') removeClaims(faster);
      if (end === 'released') {
        overwriteLock(at.fileSystem, at.path, { ...faster.own, state: 'released' });
      }
    };
    const self = candidate(at, 1);
    becomeOwner(self);
    t.is(holder(at), self.own.nonce);
    removeClaims(self);
    t.deepEqual(readdirSync(at.directory), ['LOCK']);
  }
});

test('own files that others remove are made again', (t) => {
  const at = place(t, owner(1000));
  at.fileSystem.beforeLink = () => {
    for (const name of readdirSync(at.directory)) {
      if (name.endsWith('.tmp')) at.fileSystem.remove(join(at.directory, name));
    }
  };
  const self = candidate(at, 1);
  becomeOwner(self);
  t.is(holder(at), self.own.nonce);
});

test('a link that was made but reported as existing counts as made', (t) => {
  const last = owner(1000);
  const at = place(t, last);
  const self = candidate(at, 1);
  createLock(at.fileSystem, join(at.directory, `LOCK.after-${last.nonce}`), self.own);
  becomeOwner(self);
  t.is(holder(at), self.own.nonce);
});

test('without links the claim is created exclusively', (t) => {
  const last = owner(1000);
  const at = place(t, last);
  at.fileSystem.linkErrno = LINUX_EPERM;
  const living = join(at.directory, `LOCK.after-${last.nonce}`);
  createLock(at.fileSystem, living, owner(55));
  t.like(
    t.throws(() => becomeOwner(candidate(at, 1)), LOCKED),
    { found: 55 },
  );
  at.fileSystem.remove(living);
  const self = candidate(at, 1);
  becomeOwner(self);
  t.is(holder(at), self.own.nonce);
  removeClaims(self);
  t.deepEqual(readdirSync(at.directory), ['LOCK']);
});

test('an error of the disk passes through and leaves no claim behind', (t) => {
  // With links: the temporary file, LOCK. Without: the temporary file, the claim, LOCK.
  for (const isLinked of [true, false]) {
    for (let writes = 0; writes < (isLinked ? 2 : 3); writes++) {
      const at = place(t, owner(1000));
      const fileSystem = new FullFileSystem(writes);
      if (!isLinked) {
        fileSystem.link = () => {
          throw systemError(new SystemCallError(LINUX_EPERM, 'link'), {
            operation: 'link',
            file: at.path,
          });
        };
      }
      const full = { ...candidate(at, 1), fileSystem };
      t.throws(() => becomeOwner(full), { code: 'DISK_FULL' });
      t.deepEqual(readdirSync(at.directory), ['LOCK']);
      const self = candidate(at, 1);
      becomeOwner(self);
      t.is(holder(at), self.own.nonce);
    }
  }
});

test('an owner without a name is still STORE_LOCKED', (t) => {
  const error = lockedError(candidate(place(t), 1), undefined);
  t.is(error.code, 'STORE_LOCKED');
  t.regex(error.message, /gave no name/);
});
