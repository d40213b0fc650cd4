// A process that appends numbered entries to a log until it is killed, and tells which are durable.
// Arguments: path, first number.

import { openLog } from '../../src/wal-api.js';

const [path, first] = process.argv.slice(2);
const log = await openLog(path!, { segmentBytes: 65536 });
for (let number = Number(first); ; number++) {
  log.append(`${number} ${'.'.repeat(number % 700)}`);
  if (number % 20 !== 0) continue;
  await log.sync();
  process.send?.(number);
}
