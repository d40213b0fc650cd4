// npm ci works from the lock files of the project and of bench/: they are complete, pinned and name
// one registry. Planted bad lock files show that the check bites.

import { readFileSync } from 'node:fs';

import test from 'ava';

import { checkLock, type LockedPackage, type LockFile } from './support/tidy/check-lock.js';

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as T;
}

for (const folder of ['', 'bench/']) {
  test(`${folder}package-lock.json is complete, pinned and names one registry`, (t) => {
    const lock = read<LockFile>(`${folder}package-lock.json`);
    const manifest = read<LockedPackage>(`${folder}package.json`);
    t.true(Object.keys(lock.packages).length > 10);
    t.deepEqual(checkLock(`${folder}package-lock.json`, lock, manifest), []);
  });
}

test('a lock file that is incomplete, stale, loose or of another registry is found', (t) => {
  const manifest = { dependencies: { a: '1.0.0' } };
  const good: LockFile = {
    packages: {
      '': manifest,
      'node_modules/a': { version: '1.0.0', optionalDependencies: { b: '^2.0.0' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '*' } },
      'node_modules/c': { version: '3.0.0', resolved: 'https://registry.npmjs.org/c/-/c.tgz' },
    },
  };
  t.deepEqual(checkLock('lock', good, manifest), []);
  const without = (where: string): LockFile => ({
    packages: Object.fromEntries(Object.entries(good.packages).filter(([key]) => key !== where)),
  });
  t.deepEqual(checkLock('lock', without('node_modules/a/node_modules/b'), manifest), [
    'lock: node_modules/a needs b, which is not locked',
  ]);
  t.deepEqual(checkLock('lock', without('node_modules/c'), manifest), [
    'lock: node_modules/a/node_modules/b needs c, which is not locked',
  ]);
  t.deepEqual(checkLock('lock', good, { dependencies: { a: '1.0.1' } }), [
    'lock: a 1.0.1 differs from package.json: run npm install',
  ]);
  t.is(checkLock('lock', good, { dependencies: { a: '^1.0.0' } }).length, 2);
  const other = { version: '4.0.0', resolved: 'https://mirror.example/d.tgz' };
  const foreign = { packages: { ...good.packages, 'node_modules/d': other } };
  t.is(checkLock('lock', foreign, manifest).length, 1);
});
