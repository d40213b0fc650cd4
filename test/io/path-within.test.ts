// Paths inside each other, relative, linked, there or not.

import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

import test from 'ava';

import { isPathWithin } from '../../src/io/path-within.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('a path is within a directory if it is the directory or below it', (t) => {
  const root = temporaryDirectory(t);
  const store = join(root, 'store');
  mkdirSync(store);
  for (const inside of ['', '.', 'x', 'x/y/z', '../store', '../store/x', '..x', '...']) {
    t.true(isPathWithin(store, join(store, inside)), inside);
    t.true(isPathWithin(store, relative(process.cwd(), join(store, inside))), inside);
  }
  for (const outside of ['..', '../other', '../store2', '../stor', '../..']) {
    t.false(isPathWithin(store, join(store, outside)), outside);
  }
});

test('symbolic links are followed, also to a path that is not there yet', (t) => {
  const root = temporaryDirectory(t);
  const store = join(root, 'store');
  mkdirSync(store);
  symlinkSync(store, join(root, 'link'));
  t.true(isPathWithin(store, join(root, 'link', 'new')));
  t.true(isPathWithin(join(root, 'link'), join(store, 'new')));
  t.false(isPathWithin(store, join(root, 'link2')));
});

test('a directory that is not there is judged by its name', (t) => {
  const root = temporaryDirectory(t);
  t.true(isPathWithin(join(root, 'none'), join(root, 'none', 'x')));
  t.false(isPathWithin(join(root, 'none'), join(root, 'other')));
  t.true(isPathWithin('/', join(root, 'x')));
});
