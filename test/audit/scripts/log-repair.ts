// A log of lanedb/wal whose process was killed is repaired in place and gone on with.

import { openMarkedLog } from '../log-stage.js';
import type { AuditScript } from '../script.js';

const ENTRIES = 60;
const SYNCS_MIN = 6;

export const script: AuditScript = {
  does: 'opens a log after a kill, appends and closes it',
  async prepare(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(ENTRIES, 3000);
    log.append(500);
    process.kill(process.pid, 'SIGKILL');
  },
  // What is not written again is proven durable by the records that are.
  trusts: (name) => name.startsWith('wal-'),
  async run(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(ENTRIES, 3000);
    await log.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < SYNCS_MIN) return `only ${acknowledgements} acknowledgements`;
    return (steps.get('rename') ?? 0) > 1 ? undefined : 'no segment was filled';
  },
};
