// A count of bytes in two words.

import test from 'ava';

import { ControlBlock } from '../../src/control/control-block.js';
import { addRetired, readRetired } from '../../src/wal/retired-bytes.js';

test('bytes are added up to the last one, each lane its own', (t) => {
  const control = ControlBlock.create({ lanesMax: 2, slotsPerLane: 1, chunkCount: 1 });
  const segment = 134_217_728 - 4096;
  let sum = 0;
  for (let count = 0; count < 100; count++) {
    addRetired(control, 1, segment + count);
    sum += segment + count;
    t.is(readRetired(control, 1), sum);
  }
  t.true(sum > 3 * 2 ** 32);
  t.is(readRetired(control, 0), 0);
});

test('the halves carry at 2^31 and at 2^32', (t) => {
  for (const end of [2 ** 31, 2 ** 32, 3 * 2 ** 32]) {
    const control = ControlBlock.create({ lanesMax: 1, slotsPerLane: 1, chunkCount: 1 });
    for (let left = end - 8; left > 0; left -= 2 ** 30) {
      addRetired(control, 0, Math.min(left, 2 ** 30));
    }
    for (const byte of [8, 16, 24]) {
      addRetired(control, 0, 8);
      t.is(readRetired(control, 0), end - 8 + byte);
    }
  }
});
