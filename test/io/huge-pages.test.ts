// Advice about huge pages never fails and never changes what the memory holds.

import test from 'ava';

import { adviseHugePages } from '../../src/io/huge-pages.js';

test('memory of any length keeps its content and stays usable', (t) => {
  const mebibyte = 1024 * 1024;
  for (const bytes of [0, 1, 2 * mebibyte - 1, 2 * mebibyte, 5 * mebibyte + 3]) {
    const buffer = new SharedArrayBuffer(bytes);
    const view = new Uint8Array(buffer);
    if (bytes > 0) view[bytes - 1] = 7;
    t.notThrows(() => adviseHugePages(buffer));
    if (bytes > 0) t.is(view[bytes - 1], 7);
    view.fill(1);
    t.true(view.every((byte) => byte === 1));
  }
});
