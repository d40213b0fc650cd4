// The processor count is a number that waiting can be decided by.

import test from 'ava';
import { processorCount } from '../../src/io/processor-count.js';

test('there is at least one processor, and a whole number of them', (t) => {
  t.true(Number.isInteger(processorCount()));
  t.true(processorCount() >= 1);
});
