// A log of lanedb/wal from its creation over rotations and the retirement of its beginning, whose
// segments serve again, to its close; and opened and gone on with after that.

import { openMarkedLog } from '../log-stage.js';
import type { AuditScript } from '../script.js';

const ENTRIES = 90;
const SYNCS_MIN = 18;

export const script: AuditScript = {
  does: 'makes a log, fills and retires segments, closes it and opens it again',
  async run(stage) {
    const log = await openMarkedLog(stage);
    for (let lap = 0; lap < 2; lap++) {
      await log.fill(ENTRIES, 3000);
      log.log.retire(log.log.syncedPosition);
    }
    await log.close();
    const again = await openMarkedLog(stage);
    await again.fill(ENTRIES, 3000);
    await again.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < SYNCS_MIN) return `only ${acknowledgements} acknowledgements`;
    const gone = steps.get('remove') ?? 0;
    return gone >= 4 ? undefined : `only ${gone} segments went`;
  },
};
