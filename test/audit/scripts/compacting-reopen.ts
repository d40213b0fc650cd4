// A store that was closed with more than half of its log dead is opened: what can still be read is
// copied, committed, and only then does the old log go.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const WRITES = 40;
const GONE_MIN = 4;

export const script: AuditScript = {
  does: 'opens a closed store whose log is mostly dead, writes and closes it',
  async prepare(stage) {
    const store = await openMarked(stage);
    for (let round = 0; round < 20; round++) await store.fill('again', 10, 2000);
    await store.close();
  },
  async run(stage) {
    const store = await openMarked(stage);
    await store.fill('after', WRITES, 2000);
    await store.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < WRITES) return `only ${acknowledgements} writes were acknowledged`;
    const gone = steps.get('remove') ?? 0;
    return gone >= GONE_MIN ? undefined : `only ${gone} old segments went`;
  },
};
