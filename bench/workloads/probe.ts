// Whether an engine works here at all: one write and one read. Not measured.

import type { Workload } from './workload.js';
import { storePath } from './workload.js';

export const probe: Workload = {
  name: 'probe',
  title: 'one write and one read',
  metrics: [],
  phases: [
    {
      killed: false,
      async run(context) {
        const { data, module } = context;
        const engine = await module.open(storePath(context), { withSecondStore: false });
        await engine.put(data.key(0), data.value(0, 0));
        if (engine.get(data.key(0)) === undefined) throw new Error('what was put is not there');
        await engine.close();
        return {};
      },
    },
  ],
  keys: () => 1,
};
