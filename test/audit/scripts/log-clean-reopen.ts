// A log alone is opened after a close and goes on in the segment in which it ended.

import { openMarkedLog } from '../marked-log.js';
import type { AuditScript } from '../script.js';

const ENTRIES = 60;

export const script: AuditScript = {
  does: 'opens a log after a clean close, appends and closes it',
  async prepare(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(120, 1500);
    await log.close();
  },
  async run(stage) {
    const log = await openMarkedLog(stage);
    await log.fill(ENTRIES, 1500);
    await log.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < ENTRIES / 10) return `only ${acknowledgements} acknowledgements`;
    return steps.has('makeDirectory') ? 'the log was not there before' : undefined;
  },
};
