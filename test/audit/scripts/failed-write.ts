// A write of records to a segment fails with EIO: the same as a failed sync. Only where records are
// written with calls.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

/** More writes than the thread that opens the store makes; the syncer makes one each round. */
const WRITES_BEFORE = 59;
const AFTER = 5;

export const script: AuditScript = {
  does: 'writes until a write to a segment fails',
  ios: ['buffered'],
  inject: `pwrite64:error=EIO:when=${WRITES_BEFORE + 1}`,
  async run(stage) {
    const store = await openMarked(stage);
    for (let index = 0; index < WRITES_BEFORE + AFTER; index++) await store.put(`key ${index}`, 50);
    await store.close().catch(() => stage.marks.note('closed'));
  },
  lacks: ({ acknowledgements, refusals, hasFailed }) => {
    if (!hasFailed) return 'no write failed';
    if (acknowledgements !== WRITES_BEFORE) return `${acknowledgements} acknowledgements`;
    return refusals >= AFTER ? undefined : `only ${refusals} refusals`;
  },
};
