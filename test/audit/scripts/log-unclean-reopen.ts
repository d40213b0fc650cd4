// A log alone whose process was killed is opened: it is made sound in place, and that is committed
// before anything new is acknowledged.

import { openMarkedLog } from '../marked-log.js';
import type { AuditScript } from '../script.js';

const ENTRIES = 60;

export const script: AuditScript = {
  does: 'opens a log of several segments after a kill, appends and closes it',
  repairsInPlace: true,
  async prepare(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(150, 1500);
    process.kill(process.pid, 'SIGKILL');
  },
  async run(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(ENTRIES, 1500);
    await log.close();
  },
  lacks: ({ acknowledgements, syncs, steps }) => {
    if (acknowledgements < ENTRIES / 10) return `only ${acknowledgements} acknowledgements`;
    if (steps.has('makeDirectory')) return 'the log was not there before';
    return syncs > ENTRIES / 10 ? undefined : `only ${syncs} syncs`;
  },
};
