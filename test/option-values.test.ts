// Checks of option values.

import test from 'ava';

import { booleanOption, integerOption, oneOfOption } from '../src/option-values.js';

const RANGE = { min: 2, max: 16, fallback: 4 };

test('a number is taken from its smallest to its largest value, refused one past either', (t) => {
  t.is(integerOption({}, 'n', RANGE), 4);
  t.is(integerOption({ n: 2 }, 'n', RANGE), 2);
  t.is(integerOption({ n: 16 }, 'n', RANGE), 16);
  for (const n of [1, 17, 2.5, Number.NaN]) {
    t.throws(() => integerOption({ n }, 'n', RANGE), {
      instanceOf: RangeError,
      message: /option n/,
    });
  }
  t.throws(() => integerOption({ n: '4' }, 'n', RANGE), { instanceOf: TypeError });
});

test('a switch is true or false, a choice one of its names', (t) => {
  t.true(booleanOption({}, 'b', true));
  t.false(booleanOption({ b: false }, 'b', true));
  t.throws(() => booleanOption({ b: 0 }, 'b', true), { instanceOf: TypeError });
  t.is(oneOfOption({}, 'c', ['x', 'y']), 'x');
  t.is(oneOfOption({ c: 'y' }, 'c', ['x', 'y']), 'y');
  t.throws(() => oneOfOption({ c: 'z' }, 'c', ['x', 'y']), { instanceOf: TypeError });
});
