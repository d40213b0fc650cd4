// The package as a user gets it, in an empty project on this Node, without network: what is in it, that it
// can be imported, required and compiled against, and that its threads and its command run. With every
// supported Node, installed by npm and bundled: npm run matrix.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { isPossible } from '../support/medium.js';
import { type AppCheck, compiles, importsAndRequires, runsCommand, stores } from './app-checks.js';
import { AppProject } from './app-project.js';
import type { Packed } from './packed.js';
import { entryPoints, intendedFiles, packInto, readManifest } from './packed.js';

const directory = mkdtempSync(join(tmpdir(), 'lanedb-package-'));
const project = new AppProject(join(directory, 'app'));
const installed = join(project.directory, 'node_modules/lanedb');
let packed: Packed;

test.before(() => {
  packed = packInto(directory);
  project.unpack(packed.tarball);
});
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

test('the package holds what the sources compile to, and the documents', (t) => {
  t.deepEqual(packed.files, intendedFiles());
});

test('every entry point has code and declarations in the package', (t) => {
  const manifest = readManifest(installed);
  t.true(entryPoints(manifest).includes('lanedb'));
  for (const target of Object.values(manifest.exports)) {
    const paths = typeof target === 'string' ? [target] : Object.values(target);
    for (const path of paths) t.true(packed.files.includes(path.slice('./'.length)), path);
    if (typeof target !== 'string') t.deepEqual(Object.keys(target), ['types', 'default']);
  }
});

test('the files that a bundler is told to take are in the package', (t) => {
  const text = readFileSync(join(installed, 'docs/bundling.md'), 'utf8');
  const named = [...text.matchAll(/node_modules\/lanedb\/(\S+)/g)].map(([, path = '']) => path);
  t.is(named.length, 2);
  for (const path of named) t.true(packed.files.includes(path), path);
});

test('source maps bring their sources with them', (t) => {
  const maps = packed.files.filter((path) => path.endsWith('.map'));
  t.true(maps.length > 100);
  for (const path of maps) {
    const map = JSON.parse(readFileSync(join(installed, path), 'utf8')) as {
      sources: string[];
      sourcesContent?: (string | null)[];
    };
    t.is(map.sourcesContent?.length, map.sources.length, path);
    t.true(
      map.sourcesContent?.every((text) => (text ?? '').length > 0),
      path,
    );
  }
});

const CHECKS: Record<string, AppCheck> = {
  'it can be imported and required, and awaits nothing while it loads': importsAndRequires,
  'its types compile as node16, nodenext and bundler resolve them, declarations checked': compiles,
  'its command runs by its name, and shows a store': runsCommand,
  'a buffered store of the installed package has its threads': stores('buffered'),
};
if (isPossible('mapped')) CHECKS['a mapped one too'] = stores('mapped');

for (const [title, check] of Object.entries(CHECKS)) {
  test.serial(title, async (t) => {
    t.deepEqual(await check(project), []);
  });
}
