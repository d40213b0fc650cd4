// A sync fails while segments are filled and prepared: whatever the preparer was at, nothing of it
// is begun or goes on after the failure.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

/** More syncs than the preparer makes; the syncer makes one for each write that is waited for. */
const SYNCS_BEFORE = 40;
const WRITES = 300;

export const script: AuditScript = {
  does: 'fills segments until a sync of one fails',
  inject: `fdatasync:error=EIO:when=${SYNCS_BEFORE + 1}`,
  async run(stage) {
    const store = await openMarked(stage);
    for (let index = 0; index < WRITES; index++) {
      const settled = store.put(`key ${index}`, 4000);
      if (index % 5 === 0) await settled;
    }
    await store.close().catch(() => stage.marks.note('closed'));
  },
  lacks: ({ refusals, hasFailed }) => {
    if (!hasFailed) return 'no sync failed';
    return refusals > 0 ? undefined : 'nothing was refused';
  },
};
