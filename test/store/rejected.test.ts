// Rejections: a mistake in the call is heard when ignored, a state of the store is not.

import test from 'ava';

import { LaneError } from '../../src/errors.js';
import { rejected } from '../../src/store/rejected.js';

test('an ignored LaneError is silent, an ignored mistake is an unhandled rejection', async (t) => {
  const heard: unknown[] = [];
  const listener = (reason: unknown) => heard.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listener);
  t.teardown(() => {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  });
  void rejected(new LaneError('STORE_CLOSED', 'closed'));
  const mistake = new TypeError('mistake');
  void rejected(mistake);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.deepEqual(heard, [mistake]);
});

test('a rejection that is awaited gives its error', async (t) => {
  const error = new LaneError('STORE_FULL', 'full');
  t.is(await t.throwsAsync(rejected(error)), error);
});
