// flock on LOCK: who keeps whom away, and what happens where there is no flock.

import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import test, { type ExecutionContext } from 'ava';

import { holdNothing, takeFlock } from '../../src/io/directory-flock.js';
import type { LockPlace } from '../../src/io/lock-succession.js';
import { loadNativeLibrary, type NativeLibrary } from '../../src/io/native-library.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const native = loadNativeLibrary();
const testNative = native === undefined ? test.skip : test;
const LOCKED = { code: 'STORE_LOCKED' };

function lockPlace(t: ExecutionContext): LockPlace {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'LOCK');
  writeFileSync(path, '');
  return { fileSystem: new NodeFileSystem(), directory, path, isAlive: () => true };
}

/** A library whose flock answers with these numbers, in order, and that counts what is open. */
function scripted(answers: number[]): { library: NativeLibrary; open: Set<number> } {
  const open = new Set<number>();
  const add = (): number => {
    open.add(open.size);
    return open.size - 1;
  };
  const answer = (): number => answers.shift() ?? -1;
  const library = {
    open: add,
    openRead: add,
    lockShared: answer,
    lockExclusive: answer,
    close: (descriptor: number) => (open.delete(descriptor) ? 0 : constants.errno.EBADF),
  };
  return { library: library as unknown as NativeLibrary, open };
}

testNative('exclusive keeps all others away, shared only the exclusive', (t) => {
  const place = lockPlace(t);
  const library = native!;
  const drop = takeFlock(place, library, 'exclusive');
  t.throws(() => takeFlock(place, library, 'exclusive'), LOCKED);
  t.throws(() => takeFlock(place, library, 'shared'), LOCKED);
  drop();
  const drops = [takeFlock(place, library, 'shared'), takeFlock(place, library, 'shared')];
  t.throws(() => takeFlock(place, library, 'exclusive'), { ...LOCKED, message: /readers/ });
  for (const one of drops) one();
  takeFlock(place, library, 'exclusive')();
});

test('whoever finds that the holder has just gone takes its place', (t) => {
  const { EWOULDBLOCK } = constants.errno;
  const { library, open } = scripted([EWOULDBLOCK, 0, 0]);
  const drop = takeFlock(lockPlace(t), library, 'exclusive');
  t.is(open.size, 1);
  drop();
  t.is(open.size, 0);
});

test('a refusal leaves nothing open', (t) => {
  const { EWOULDBLOCK } = constants.errno;
  for (const answers of [
    [EWOULDBLOCK, 0, EWOULDBLOCK],
    [EWOULDBLOCK, EWOULDBLOCK],
  ]) {
    const { library, open } = scripted(answers);
    t.throws(() => takeFlock(lockPlace(t), library, 'exclusive'), LOCKED);
    t.is(open.size, 0);
  }
});

test('where the file system has no flock nothing is held, and other failures are errors', (t) => {
  const { ENOLCK, EOPNOTSUPP, ENOSYS, EIO } = constants.errno;
  for (const errno of [ENOLCK, EOPNOTSUPP, ENOSYS]) {
    const { library, open } = scripted([errno]);
    t.is(takeFlock(lockPlace(t), library, 'shared'), holdNothing);
    t.is(open.size, 0);
  }
  const { library, open } = scripted([EIO]);
  t.throws(() => takeFlock(lockPlace(t), library, 'exclusive'), { code: 'IO_ERROR' });
  t.is(open.size, 0);
});
