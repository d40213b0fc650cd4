// Batches and commits, checked before anything is encoded.

import test from 'ava';

import { checkCommit, checkOperations } from '../src/check-operations.js';

const type = { instanceOf: TypeError };
const range = { instanceOf: RangeError };

test('an error of a batch says which operation it is', (t) => {
  const good = { type: 'put', key: 1, value: 1 };
  t.notThrows(() => checkOperations([]));
  t.notThrows(() => checkOperations([good, { type: 'delete', key: 1, value: undefined }]));
  const wrong = [null, { type: 'del', key: 1 }, { ...good, ttl: 5 }, { type: 'delete', value: 0 }];
  for (const operation of wrong) {
    t.throws(() => checkOperations([good, operation]), { ...type, message: /operation 1/ });
  }
  t.throws(() => checkOperations({ length: 0 }), { ...type, message: /array/ });
});

test('what a commit states is read once and returned as it was read', (t) => {
  const facts = { offsets: { a: 0, b: Number.MAX_SAFE_INTEGER }, watermark: -1 };
  const checked = checkCommit(facts);
  t.deepEqual(checked, facts);
  t.not(checked.offsets, facts.offsets);
  t.deepEqual(checkCommit({ offsets: {}, watermark: undefined }), { offsets: {} });
  t.throws(() => checkCommit({ offsets: { a: -0.5 } }), { ...range, message: /'a'/ });
  t.throws(() => checkCommit({ offsets: { a: 1n } }), { ...type, message: /'a'/ });
  t.throws(() => checkCommit({ offsets: { 'a\ud800': 1 } }), { message: /name/ });
  t.throws(() => checkCommit({ offsets: {}, watermark: Number.NaN }), range);
  t.throws(() => checkCommit({ offsets: null }), type);
});
