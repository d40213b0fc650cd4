// All workloads, in the order of the table.

import { bulkLoad, bulkLoadSorted, overwrite } from './bulk-load.js';
import { durable512, putLatency } from './concurrent-put.js';
import { durablePut, durablePutSync } from './durable-put.js';
import { get, getMissing } from './get.js';
import { largeValues } from './large-values.js';
import { batch1000, mixed } from './mixed.js';
import { openClean, recovery } from './open.js';
import { probe } from './probe.js';
import { scan, scanReverse } from './scan.js';
import { space } from './space.js';
import type { Workload } from './workload.js';

export const WORKLOADS: readonly Workload[] = [
  bulkLoad,
  bulkLoadSorted,
  overwrite,
  durablePut,
  durablePutSync,
  durable512,
  putLatency,
  batch1000,
  get,
  getMissing,
  scan,
  scanReverse,
  mixed,
  largeValues,
  recovery,
  openClean,
  space,
];

export function findWorkload(name: string): Workload {
  const found = [...WORKLOADS, probe].find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`unknown workload ${name}`);
  return found;
}
