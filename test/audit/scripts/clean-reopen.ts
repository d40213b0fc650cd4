// A store of several segments is opened after a clean close, written to, and closed again.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const WRITES = 60;

export const script: AuditScript = {
  does: 'opens a store after a clean close, writes and closes it',
  async prepare(stage) {
    const store = await openMarked(stage);
    await store.fill('before', 120, 2000);
    await store.close();
  },
  async run(stage) {
    const store = await openMarked(stage);
    await store.fill('after', WRITES, 2000);
    await store.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < WRITES) return `only ${acknowledgements} writes were acknowledged`;
    return steps.has('makeDirectory') ? 'the store was not there before' : undefined;
  },
};
