// Where a file of the package is, and that it is missed where it is not.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';

import { findModule } from '../../src/io/module-file.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('the first place with a file is found, also below a name with blanks and percent signs', (t) => {
  const directory = join(temporaryDirectory(t), 'a b 100%25 ü');
  mkdirSync(directory);
  writeFileSync(join(directory, 'second.js'), '');
  const base = pathToFileURL(join(directory, 'code.js')).href;
  const second = pathToFileURL(join(directory, 'second.js')).href;
  t.is(findModule(base, ['./first.js', './second.js'])?.href, second);
  writeFileSync(join(directory, 'first.js'), '');
  t.true(findModule(base, ['./first.js', './second.js'])?.href.endsWith('/first.js'));
});

test('without a file, or without a place of its own, nothing is found', (t) => {
  const base = pathToFileURL(join(temporaryDirectory(t), 'code.js')).href;
  t.is(findModule(base, ['./first.js', '../second.js']), undefined);
  t.is(findModule(base, []), undefined);
  t.is(findModule(undefined, ['./first.js']), undefined);
  t.is(findModule('', ['./first.js']), undefined);
});
