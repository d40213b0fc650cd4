// The first generation that nothing has or had.

import test from 'ava';

import { generationAfter, unusedGeneration } from '../../src/directory/unused-generation.js';
import { STORE_CLEAN } from '../../src/format/superblock.js';

const BLOCK = {
  storeId: new Uint8Array(16),
  counter: 1,
  state: STORE_CLEAN,
  era: 0,
  durable: 0,
  firstSequence: 1,
  nextGeneration: 7,
  epoch: 1,
  lanes: [],
};

test('a generation is above what the superblock says and above every file', (t) => {
  t.is(unusedGeneration(BLOCK, []), 7);
  t.is(unusedGeneration(BLOCK, ['wal-l00-0000000003.log', 'superblock']), 7);
  t.is(unusedGeneration(BLOCK, ['wal-l03-0000000009.log']), 10);
});

test('generations end with a typed error, before a run could use a number twice', (t) => {
  t.is(unusedGeneration({ ...BLOCK, nextGeneration: 0xfff00000 }, []), 0xfff00000);
  const past = { ...BLOCK, nextGeneration: 0xfff00001 };
  t.throws(() => unusedGeneration(past, []), { code: 'SEQUENCE_LIMIT' });
  t.is(generationAfter(past, []), 0xfff00001, 'who only reads is not refused');
  const counter = 2 ** 53 - 2 ** 20;
  t.is(unusedGeneration({ ...BLOCK, counter }, []), 7);
  const counted = { ...BLOCK, counter: counter + 1 };
  t.throws(() => unusedGeneration(counted, []), { code: 'SEQUENCE_LIMIT', message: /superblock/ });
});
