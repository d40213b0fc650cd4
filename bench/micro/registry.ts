// All primitives, in the order of the table.

import { appendPrimitives } from './append.js';
import { codecPrimitives } from './codecs.js';
import { commitPrimitives } from './commit.js';
import { crcPrimitives } from './crc.js';
import { logAppendPrimitives } from './log-append.js';
import { memtablePrimitives } from './memtable.js';
import type { Primitive } from './primitive.js';
import { threadPrimitives } from './threads.js';
import { treePrimitives } from './tree.js';

export const PRIMITIVES: readonly Primitive[] = [
  ...appendPrimitives,
  ...logAppendPrimitives,
  ...crcPrimitives,
  ...codecPrimitives,
  ...memtablePrimitives,
  ...treePrimitives,
  ...threadPrimitives,
  ...commitPrimitives,
];
