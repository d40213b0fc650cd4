// Writing all keys into an empty store, in random and in sorted order, and overwriting all of
// them; until every record is durable: the final flush is counted.

import { verifyGets } from '../data.js';
import type { Workload } from './workload.js';
import { onLoadedStore, onOpenStore, perSecond, rate, settle, timedLoad } from './workload.js';

export const bulkLoad: Workload = {
  name: 'bulk-load',
  title: 'bulk load, random order, flush counted',
  metrics: [rate('bulk-load', 'bulk load')],
  phases: onOpenStore(async (engine, { data }) => {
    const records = data.records(data.order(1), 0);
    await settle();
    const elapsed = await timedLoad(engine, records);
    verifyGets(engine, data, 0);
    return { figures: { 'bulk-load': perSecond(data.count, elapsed) } };
  }),
};

export const bulkLoadSorted: Workload = {
  name: 'bulk-load-sorted',
  title: 'bulk load, sorted order, flush counted',
  metrics: [rate('bulk-load-sorted', 'bulk load, sorted')],
  phases: onOpenStore(async (engine, { data }) => {
    const records = data.records(data.sorted(), 0);
    await settle();
    const elapsed = await timedLoad(engine, records);
    verifyGets(engine, data, 0);
    return { figures: { 'bulk-load-sorted': perSecond(data.count, elapsed) } };
  }),
};

export const overwrite: Workload = {
  name: 'overwrite',
  title: 'overwrite of all keys, random order, flush counted',
  metrics: [rate('overwrite', 'overwrite')],
  phases: onLoadedStore(async (engine, { data }) => {
    const records = data.records(data.order(2), 1);
    await settle();
    const elapsed = await timedLoad(engine, records);
    verifyGets(engine, data, 1);
    return { figures: { overwrite: perSecond(data.count, elapsed) } };
  }),
};
