// Broken reasoning stops the operation with an ordinary Error that names the reasoning.

import test from 'ava';

import { LaneError } from '../src/errors.js';
import { invariant, unreachable } from '../src/invariant.js';

test('an invariant that holds does nothing', (t) => {
  t.notThrows(() => invariant(true, 'one is one'));
});

test('a broken invariant and an unreachable place throw, and not a LaneError', (t) => {
  const broken = t.throws(() => invariant(false, 'one is two'));
  t.is(broken.message, 'invariant broken: one is two');
  t.false(broken instanceof LaneError);
  t.is(t.throws(() => unreachable('a third side')).message, 'invariant broken: a third side');
});
