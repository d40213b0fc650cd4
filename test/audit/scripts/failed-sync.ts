// A sync of the syncer fails with EIO: everything in flight is refused, nothing is tried again, and
// closing only gives the lock back.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

/** The thread that opens the store syncs four times, the syncer once for each of these. */
const SYNCS_BEFORE = 8;
const AFTER = 5;

export const script: AuditScript = {
  does: 'writes until a sync of a segment fails',
  inject: `fdatasync:error=EIO:when=${SYNCS_BEFORE + 1}`,
  async run(stage) {
    const store = await openMarked(stage);
    for (let index = 0; index < SYNCS_BEFORE + AFTER; index++) {
      try {
        await store.put(`key ${index}`, 500);
      } catch {
        stage.marks.refused(index);
      }
    }
    await store.store.flush().catch(() => stage.marks.refused(0));
    await store.close().catch(() => stage.marks.note('closed'));
  },
  lacks: ({ acknowledgements, refusals, hasFailed }) => {
    if (!hasFailed) return 'no sync failed';
    if (acknowledgements !== SYNCS_BEFORE) return `${acknowledgements} acknowledgements`;
    return refusals > AFTER ? undefined : `only ${refusals} refusals`;
  },
};
