// Every log fixture gives exactly what is expected of it, and looking at it changes no byte.

import test from 'ava';
import { fixtureNames, LOG_FIXTURES, readExpected, readStore } from './support/fixture-files.js';
import { LOG_CASES, logExpectation } from './support/log-fixture-cases.js';
import { TestDisk } from './support/test-disk.js';

function logDisk(name: string): TestDisk {
  const disk = new TestDisk({ seed: 1, mappable: false });
  disk.makeDirectoryRaw('/log');
  for (const [file, bytes] of readStore(name, LOG_FIXTURES)) {
    disk.writeFileRaw(`/log/${file}`, bytes);
  }
  return disk;
}

test('every case of a log has a fixture and every fixture a case', (t) => {
  t.deepEqual(fixtureNames(LOG_FIXTURES), LOG_CASES.map(({ name }) => name).sort());
});

for (const { name } of LOG_CASES) {
  test(`${name}: recovery and an open give what is expected`, async (t) => {
    const disk = logDisk(name);
    const before = disk.stateHash();
    t.is(await logExpectation(disk), readExpected(name, 'expected.json', LOG_FIXTURES));
    t.is(disk.stateHash(), before);
  });
}
