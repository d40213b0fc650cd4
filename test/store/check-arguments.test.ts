// Arguments of writes, checked before anything is encoded.

import test from 'ava';

import { checkCondition } from '../../src/store/check-arguments.js';

const type = { instanceOf: TypeError };
const range = { instanceOf: RangeError };

test('a condition is a version, an absence, or none', (t) => {
  const names = ['ifVersion', 'ifAbsent'];
  t.deepEqual(checkCondition({}, names), { ifVersion: undefined, ifAbsent: undefined });
  t.deepEqual(checkCondition({ ifVersion: 5 }, names), { ifVersion: 5, ifAbsent: undefined });
  t.is(checkCondition({ ifVersion: Number.MAX_SAFE_INTEGER }, names).ifVersion, 2 ** 53 - 1);
  t.is(checkCondition({ ifAbsent: true, ifVersion: 0 }, names).ifVersion, 0);
  t.throws(() => checkCondition({ ifAbsent: true, ifVersion: 1 }, names), type);
  t.throws(() => checkCondition({ ifAbsent: true }, ['ifVersion']), {
    ...type,
    message: /'ifAbsent'/,
  });
  t.throws(() => checkCondition(null, names), type);
  t.throws(() => checkCondition(5, names), type);
  t.throws(() => checkCondition({ ifVersion: -1 }, names), range);
  t.throws(() => checkCondition({ ifVersion: 2 ** 53 }, names), range);
});
