// A store is made, written to and closed: every name on the way to its first bytes must be durable
// before they are acknowledged.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const WRITES = 3;

export const script: AuditScript = {
  does: 'makes a store, writes and closes it',
  async run(stage) {
    const store = await openMarked(stage);
    for (let index = 0; index < WRITES; index++) await store.put(`first ${index}`, 500);
    await store.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < WRITES) return `only ${acknowledgements} writes were acknowledged`;
    return steps.get('makeDirectory') === 1 ? undefined : 'no directory was made';
  },
};
