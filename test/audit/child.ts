// The process that strace watches, or that prepares what is to be watched: runs one part of one
// script. Its argument is the task in JSON.

import { openSync } from 'node:fs';
import { loadScript } from './load-scripts.js';
import { Marks } from './marks.js';
import type { Io } from './stage.js';

export interface ChildTask {
  readonly script: string;
  readonly part: 'prepare' | 'run';
  readonly path: string;
  readonly io: Io;
  readonly marks: string;
}

const { script: name, part, path, io, marks } = JSON.parse(process.argv[2] ?? '') as ChildTask;
const script = await loadScript(name);
const stage = { path, io, marks: new Marks(openSync(marks, 'w')) };
if (part === 'run') await script.run(stage);
else await script.prepare?.(stage);
