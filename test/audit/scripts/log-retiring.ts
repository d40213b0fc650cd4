// A log alone is made and filled, and its beginning given up again and again: segments go, or serve
// once more, only behind a superblock that no longer leads to them.

import { openMarkedLog } from '../marked-log.js';
import type { AuditScript } from '../script.js';

const LAPS = 4;
const ENTRIES = 120;
const BYTES = 1500;

export const script: AuditScript = {
  does: 'makes a log, fills segments and gives its beginning up',
  async run(stage) {
    const log = await openMarkedLog(stage);
    for (let lap = 0; lap < LAPS; lap++) {
      await log.fill(ENTRIES, BYTES);
      log.log.retire(log.log.syncedPosition);
    }
    await log.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < (LAPS * ENTRIES) / 10)
      return `only ${acknowledgements} acknowledgements`;
    const gone = steps.get('remove') ?? 0;
    return gone >= LAPS ? undefined : `only ${gone} segments went`;
  },
};
