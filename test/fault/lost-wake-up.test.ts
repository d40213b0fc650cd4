// A store that is poisoned at the worst moment: after somebody looked, before he began to wait.

import test from 'ava';
import { POISON } from '../../src/control/control-block.js';
import { isLaneError } from '../../src/errors.js';
import { Session } from '../power/session.js';
import { TestDisk } from '../support/test-disk.js';

test('a poison whose wake-up was lost is noticed all the same', async (t) => {
  const session = await Session.open(new TestDisk(), { mode: 'told' });
  const { control } = session.environment.current!;
  const promise = session.store.put('a', '1');
  // As poison() does it, but without waking anybody.
  Atomics.store(control.words, POISON, 1);
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.true(isLaneError(error, 'STORE_POISONED'));
});
