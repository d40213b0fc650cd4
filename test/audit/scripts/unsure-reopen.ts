// A store whose maker may have died before its names were durable: no write went through it yet.
// Whoever opens it next makes them durable before anything is acknowledged.

import type { AuditScript } from '../script.js';
import { openMarked } from '../stage.js';

export const script: AuditScript = {
  does: 'opens a store whose names may not be durable, writes and closes it',
  distrustsNames: true,
  async prepare(stage) {
    await openMarked(stage);
    process.kill(process.pid, 'SIGKILL');
  },
  async run(stage) {
    const store = await openMarked(stage);
    await store.put('first', 500);
    await store.close();
  },
  lacks: ({ acknowledgements }) =>
    acknowledgements === 1 ? undefined : 'nothing was acknowledged',
};
