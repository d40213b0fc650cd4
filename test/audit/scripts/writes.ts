// Writes of every kind within one segment: awaited one by one, many in flight, waited for blocking.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const IN_FLIGHT = 60;
const ALONE = 15;

export const script: AuditScript = {
  does: 'makes writes of every kind, alone and many in flight',
  async run(stage) {
    const store = await openMarked(stage, { segmentBytes: 262_144, memoryBytes: 4 << 20 });
    for (let index = 0; index < ALONE; index++) await store.put(`alone ${index}`, 500);
    await store.fill('many', IN_FLIGHT, 300);
    await store.write((one) => one.delete('alone 3'));
    await store.write((one) =>
      one.batch([
        { type: 'put', key: 'a', value: 'of a batch' },
        { type: 'delete', key: 'alone 4' },
      ]),
    );
    await store.write((one) => one.commit({ offsets: { topic: 7 }, watermark: 7 }));
    await store.write((one) => one.transaction((tx) => tx.put('b', 'of a transaction')).durable);
    void store.put('blocking', 100);
    store.flushSync();
    await store.close();
  },
  lacks: ({ acknowledgements, syncs }) => {
    if (acknowledgements < ALONE + IN_FLIGHT + 5)
      return `only ${acknowledgements} acknowledgements`;
    return syncs > ALONE ? undefined : `only ${syncs} syncs`;
  },
};
