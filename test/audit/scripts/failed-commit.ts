// The sync of the superblock fails in the first write, which says that the log goes on: nothing is
// written at all.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

export const script: AuditScript = {
  does: 'writes for the first time and the sync of the superblock fails',
  // Before it: the first segment and the new superblock.
  inject: 'fdatasync:error=EIO:when=3',
  async run(stage) {
    const store = await openMarked(stage);
    for (let index = 0; index < 3; index++) await store.put(`key ${index}`, 500);
    await store.close().catch(() => stage.marks.note('closed'));
  },
  lacks: ({ acknowledgements, refusals, hasFailed }) => {
    if (!hasFailed) return 'no sync failed';
    if (acknowledgements > 0) return `${acknowledgements} acknowledgements`;
    return refusals === 3 ? undefined : `${refusals} refusals`;
  },
};
