// How records reach a segment's file.

import test from 'ava';

import { chooseMedium } from '../../src/directory/choose-medium.js';
import { TestDisk } from '../support/test-disk.js';

test('segments are mapped if asked for where it is safe, or with auto if it is', (t) => {
  const safe = new TestDisk({ mappable: true });
  const unsafe = new TestDisk({ mappable: false });
  t.false(chooseMedium(safe, '/', 'buffered'));
  t.true(chooseMedium(safe, '/', 'mapped'));
  t.true(chooseMedium(safe, '/', 'auto'));
  t.false(chooseMedium(unsafe, '/', 'auto'));
  t.throws(() => chooseMedium(unsafe, '/', 'mapped'), { code: 'IO_ERROR', message: /option io/ });
});
