// Bugs of a log without a store: what its recovery believes, repairs, cuts and retires.

import type { PlantedBug } from './planted-bug.js';

const REPAIR = 'src/log/repair-log.ts';
const REPAIR_TESTS = 'test/log/repair-log.test.ts';

export const LOG_BUGS: readonly PlantedBug[] = [
  {
    name: 'log-end-not-written-again',
    reference: 'S1',
    what: 'what an open found behind the last proven record of a log is synced, but a page that a failed sync left clean is not written by that',
    file: REPAIR,
    find: '      if (!isProven) rewrite(',
    replace: '      if (!isProven && end < 0) rewrite(',
    test: { file: REPAIR_TESTS, title: 'only what is not proven durable is written again' },
    secondsMax: 20,
  },
  {
    name: 'log-tail-not-cleared',
    reference: 'S8',
    what: 'what a log gave up stays behind its end and is found again behind new records',
    file: REPAIR,
    find: '      if (clearsTail) clear(',
    replace: '      if (clearsTail && end < 0) clear(',
    test: {
      file: REPAIR_TESTS,
      title: 'a tail behind a torn record is overwritten with zeros, to the end of the segment',
    },
    secondsMax: 20,
  },
  {
    name: 'log-cut-before-commit',
    reference: 'D11',
    what: 'a log is overwritten from the cut on before the superblock says that it ends there',
    file: 'src/log/cut-log.ts',
    find: '  commitEnd(superblock, kept, nextGeneration);\n  repairLog(source, kept);\n',
    replace: '  repairLog(source, kept);\n  commitEnd(superblock, kept, nextGeneration);\n',
    test: {
      file: 'test/log/cut-log.test.ts',
      title: 'a crash at any call while a log is cut leaves it whole or cut',
    },
    secondsMax: 20,
  },
  {
    name: 'log-retired-before-commit',
    reference: 'D11',
    what: 'segments of a log are removed before the superblock says that it begins behind them',
    file: 'src/log/retire.ts',
    find: `  commitBeginning(engine, places[first]!);
  const retired = places.splice(0, first);
  const names: string[] = [];
  for (const place of retired) if (!recycled(engine, place)) names.push(placeName(place));
  const { fileSystem, directory } = engine.context;
  engine.poisonOnFailure(() => removeFiles(fileSystem, directory, names));
`,
    replace: `  const begin = places[first]!;
  const retired = places.splice(0, first);
  const names: string[] = [];
  for (const place of retired) if (!recycled(engine, place)) names.push(placeName(place));
  const { fileSystem, directory } = engine.context;
  engine.poisonOnFailure(() => removeFiles(fileSystem, directory, names));
  commitBeginning(engine, begin);
`,
    test: {
      file: 'test/log/retire.test.ts',
      title: 'a crash at any call while segments are retired leaves a log with its whole rest',
    },
    secondsMax: 20,
  },
  {
    name: 'log-evidence-not-weighed',
    reference: 'S2',
    what: 'what records behind the damage of a log know to have been durable is found and not heeded',
    file: 'src/recovery/recover-log.ts',
    find: 'const proven = Math.max(durableOf(cursor, state), beyond.durable);',
    replace: 'const proven = Math.max(durableOf(cursor, state), Math.min(beyond.durable, 0));',
    test: {
      file: 'test/log/open-log.test.ts',
      title: 'a damaged record in the middle is refused with its file and offset',
    },
    secondsMax: 20,
  },
];
