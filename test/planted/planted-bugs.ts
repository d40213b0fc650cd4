// All planted bugs, in the order in which they are planted.

import { FILE_BUGS } from './file-bugs.js';
import { LOG_BUGS } from './log-bugs.js';
import { OPENING_BUGS } from './opening-bugs.js';
import type { PlantedBug } from './planted-bug.js';
import { READING_BUGS } from './reading-bugs.js';
import { SYNC_BUGS } from './sync-bugs.js';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...SYNC_BUGS,
  ...OPENING_BUGS,
  ...FILE_BUGS,
  ...READING_BUGS,
  ...LOG_BUGS,
];
