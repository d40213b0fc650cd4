// The process that the main job kills: writes visits as fast as it can, hundreds in flight, and
// prints the number of each one that was acknowledged. It never closes its store.

import { open } from 'lanedb';

const IN_FLIGHT_MAX = 500;

const [path, run] = process.argv.slice(2);
if (path === undefined || run === undefined) throw new Error('a path and a run are expected');
const store = await open(path);
let inFlight = 0;
let wake: (() => void) | undefined;

for (let number = 0; ; number++) {
  inFlight++;
  void store.put(['visit', run, number], { number, text: `visit number ${number}` }).then(() => {
    inFlight--;
    process.stdout.write(`${number}\n`);
    wake?.();
  });
  while (inFlight >= IN_FLIGHT_MAX) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
