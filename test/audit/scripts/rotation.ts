// Writes that fill segment after segment, prepared by the preparer or by the writer itself.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

const WRITES = 240;
const BYTES = 2000;
const SEGMENTS_MIN = 6;

export const script: AuditScript = {
  does: 'fills segment after segment',
  async run(stage) {
    const store = await openMarked(stage);
    await store.fill('many', WRITES / 2, BYTES);
    for (let index = 0; index < WRITES / 2; index++) await store.put(`alone ${index}`, BYTES);
    await store.close();
  },
  lacks: ({ acknowledgements, steps }) => {
    if (acknowledgements < WRITES) return `only ${acknowledgements} writes were acknowledged`;
    // One name of the superblock, the others of segments.
    const segments = (steps.get('rename') ?? 0) - 1;
    return segments >= SEGMENTS_MIN ? undefined : `only ${segments} segments`;
  },
};
