// A process of its own for each measurement, so that the kernel counts nothing else. Its argument is
// the task in JSON, its answer a line of JSON.

import { type FillTask, fillSegments } from './fill-segments.js';
import { type LoadReport, type LoadTask, loadStore } from './load-store.js';
import { type AloneReport, type AloneTask, writeAlone } from './write-alone.js';

/** What can be measured, and what is learned. */
export interface Measurements {
  readonly fill: { readonly task: FillTask; readonly report: number[] };
  readonly load: { readonly task: LoadTask; readonly report: LoadReport };
  readonly alone: { readonly task: AloneTask; readonly report: AloneReport };
}

async function measure(kind: string, task: unknown): Promise<unknown> {
  if (kind === 'fill') return fillSegments(task as FillTask);
  if (kind === 'load') return await loadStore(task as LoadTask);
  if (kind === 'alone') return await writeAlone(task as AloneTask);
  throw new TypeError(`no measurement ${kind}`);
}

const [kind = '', task = ''] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure(kind, JSON.parse(task)))}\n`);
