// del: a key is gone, whether it was there or not.

import test from 'ava';

import { storeWith } from '../support/command-store.js';
import { run } from '../support/run-command.js';

test('a key is deleted, one that is not there too', async (t) => {
  const path = await storeWith(t, [
    ['a', 1],
    [['b', 2], 2],
    ['c', 3],
  ]);
  t.like(await run('del', path, 'a'), { code: 0, stdout: '', stderr: '' });
  t.is((await run('del', '--key-json', path, '["b",2]')).code, 0);
  t.is((await run('del', path, 'missing')).code, 0);
  t.is((await run('range', '--keys', path)).stdout, '"c"\n');
});

test('without a store there is nothing to delete from', async (t) => {
  t.regex((await run('del', '/nowhere/at/all', 'a')).stderr, /^lanedb: STORE_NOT_FOUND /);
});
