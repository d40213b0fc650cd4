// The table of a page's frames: each once, at most 256.

import test from 'ava';

import { FRAMES_MAX } from '../../src/format/tree-page.js';
import { FrameTable } from '../../src/tree/frame-table.js';

test('a frame has one index, and the 257th has none', (t) => {
  const table = new FrameTable();
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < FRAMES_MAX; index++) {
      // Files and offsets that would meet in a careless hash.
      t.is(table.indexOf(1 + (index % 3), index * 4096, 10, index), index);
    }
  }
  t.is(table.count, FRAMES_MAX);
  t.is(table.indexOf(9, 9, 10, 0), FRAMES_MAX);
  t.is(table.indexOf(1 + (7 % 3), 7 * 4096, 10, 7), 7);
  table.clear();
  t.is(table.count, 0);
  t.is(table.indexOf(9, 9, 10, 0), 0);
});

test('frames are written in the order of their indexes', (t) => {
  const table = new FrameTable();
  table.indexOf(0x1ff_ffff, -1, 0x7fff_ffff, -2);
  table.indexOf(2, 3, 4, 5);
  const view = new DataView(new ArrayBuffer(64));
  table.write(view, 8, 2);
  const words = Array.from({ length: 8 }, (_, index) => view.getUint32(8 + 4 * index, true));
  t.deepEqual(words, [0x1ff_ffff, 0xffff_ffff, 0x7fff_ffff, 0xffff_fffe, 2, 3, 4, 5]);
});
