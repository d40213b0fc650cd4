// A store of several segments whose process was killed is opened: what survived is copied into
// sealed segments, committed, and only then do the old ones go.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const BEFORE = 200;
const WRITES = 40;
const SEALED_MIN = 4;

export const script: AuditScript = {
  does: 'opens a store of several segments after a kill, writes and closes it',
  async prepare(stage) {
    const store = await openMarked(stage);
    await store.fill('before', BEFORE, 2000);
    process.kill(process.pid, 'SIGKILL');
  },
  async run(stage) {
    const store = await openMarked(stage);
    await store.fill('after', WRITES, 2000);
    await store.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < WRITES) return `only ${acknowledgements} writes were acknowledged`;
    const names = steps.get('rename') ?? 0;
    if (names < SEALED_MIN) return `only ${names} segments were copied`;
    const gone = steps.get('remove') ?? 0;
    return gone >= SEALED_MIN ? undefined : `only ${gone} old files went`;
  },
};
