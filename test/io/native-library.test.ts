// The C library through koffi: results as numbers, and no way into an abort of the process.

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import {
  loadNativeLibrary,
  MADV_POPULATE_WRITE,
  MAPPING_BYTES_MAX,
  type NativeLibrary,
} from '../../src/io/native-library.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const native = loadNativeLibrary();
const testNative = native === undefined ? test.skip : test;
const MODULE = new URL('../../src/io/native-library.js', import.meta.url).href;

function library(): NativeLibrary {
  if (native === undefined) throw new Error('skipped without the library');
  return native;
}

testNative('a mapping reaches the file, and its address gives the same memory again', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const descriptor = openSync(path, 'wx+');
  t.is(library().allocate(descriptor, 8192), 0);
  const address = library().mapShared(descriptor, 8192);
  closeSync(descriptor);
  t.is(library().advise(address, 8192, MADV_POPULATE_WRITE), 0);
  new Uint8Array(library().view(address, 8192))[5000] = 42;
  t.is(new Uint8Array(library().view(address, 8192))[5000], 42);
  t.is(library().unmap(address, 8192), 0);
  t.is(readFileSync(path)[5000], 42);
});

testNative('the file is locked for every other open file until it is closed', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  closeSync(openSync(path, 'wx'));
  const first = library().open(path);
  const second = library().open(path);
  t.is(library().lockExclusive(first), 0);
  t.is(library().lockExclusive(second), constants.errno.EWOULDBLOCK);
  t.is(library().close(first), 0);
  t.is(library().lockExclusive(second), 0);
  t.is(library().close(second), 0);
});

testNative('failures are the errno of the call', (t) => {
  t.is(library().allocate(-1, 1), constants.errno.EBADF);
  t.is(library().lockExclusive(-1), constants.errno.EBADF);
  t.is(library().close(-1), constants.errno.EBADF);
  t.is(library().unmap(1n, 4096), constants.errno.EINVAL);
  t.throws(() => library().open('/nowhere/at all'), { code: 'ENOENT' });
  t.throws(() => library().mapShared(-1, 4096), { code: 'EBADF' });
});

testNative('what would abort the process is refused before', (t) => {
  const refused = { message: /invariant/ };
  t.throws(() => library().view(0n, 16), refused);
  t.throws(() => library().view(0xffff_ffff_ffff_ffffn, 16), refused);
  t.throws(() => library().view(4096n, 0), refused);
  t.throws(() => library().view(4096n, MAPPING_BYTES_MAX + 1), refused);
  t.throws(() => library().mapShared(0, MAPPING_BYTES_MAX + 1), refused);
  t.throws(() => library().mapShared(0, 0), refused);
  t.throws(() => library().open('/tmp/a\0b'), refused);
});

test('without the package or on another system there is no library, and no error', (t) => {
  const load = `console.log((await import(${JSON.stringify(MODULE)})).loadNativeLibrary())`;
  const preludes = [
    "(await import('node:module')).default._load = () => { throw new Error('none'); };",
    "(await import('node:module')).default._load = () => ({ load() { throw new Error(); } });",
    "Object.defineProperty(process, 'platform', { value: 'darwin' });",
    "Object.defineProperty(process, 'arch', { value: 'ia32' });",
  ];
  for (const prelude of preludes) {
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', prelude + load]);
    t.is(run.stdout.toString(), 'undefined\n', run.stderr.toString());
  }
});

test('importing the module loads nothing', (t) => {
  const script = `
    await import(${JSON.stringify(MODULE)});
    const { createRequire } = await import('node:module');
    const { cache } = createRequire(${JSON.stringify(MODULE)});
    console.log(Object.keys(cache).filter((path) => path.includes('koffi')).length);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  t.is(run.stdout.toString(), '0\n', run.stderr.toString());
});
