// A process that writes a few entries to the store named on its command line and keeps it open until
// it is killed. Says `ready` when all is durable and the store has fallen idle.

import { open } from '../../src/index.js';

const IDLE_PASSED_MS = 1000;

const [path = '', io = 'auto'] = process.argv.slice(2);
const store = await open(path, { segmentBytes: 65536, io: io as 'auto' });
const writes = [
  store.put('alpha', 1),
  store.put(['user', 42], { name: 'Ada' }),
  store.batch([
    { type: 'put', key: 'beta', value: 'two' },
    { type: 'delete', key: 'alpha' },
  ]),
  store.commit({ offsets: { orders: 17 }, watermark: 5 }),
];
await Promise.all(writes);
setTimeout(() => process.send?.('ready'), IDLE_PASSED_MS);
// Until it is killed: an open store does not keep a process alive.
setInterval(() => undefined, 1000);
