// Whether one path lies inside another, as the file system sees it: symbolic links are followed.

import { realpathSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { errnoCode, systemError } from './system-error.js';

/** True if `path`, which need not exist, is `directory` or lies inside it. */
export function isPathWithin(directory: string, path: string): boolean {
  const way = relative(realPath(directory), realPath(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way);
}

/** The real path of what there is of a path, and the rest as it is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    if (errnoCode(cause) !== 'ENOENT') throw systemError(cause, { operation: 'find', file: path });
    const whole = resolve(path);
    const parent = dirname(whole);
    return parent === whole ? whole : resolve(realPath(parent), basename(whole));
  }
}
