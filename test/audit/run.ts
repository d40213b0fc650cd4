// npm run audit [-- --script NAME] [-- --io mapped|buffered] [-- --planted]: every script on both
// media under strace, and what the rules of durability say to the traces. Exit code 1 on a
// violation, 2 where nothing can be traced. With --planted: bugs planted in copies of the compiled
// project, each of which must be found by the rule it breaks.

import { parseArgs } from 'node:util';
import { isPossible } from '../support/medium.js';
import { type Audit, auditScript } from './audit-script.js';
import { loadScript, scriptNames } from './load-scripts.js';
import { findPlanted } from './planted.js';
import { formatAudit, formatRules, HEADING, neverAsked } from './report.js';
import type { Io } from './stage.js';
import { whyNoStrace } from './strace.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      script: { type: 'string', multiple: true },
      io: { type: 'string' },
      planted: { type: 'boolean', default: false },
    },
  });
  const why = whyNoStrace();
  if (why !== undefined) {
    console.log(`skipped, nothing was audited: ${why}`);
    return 2;
  }
  if (values.planted) return (await findPlanted(console.log)) ? 0 : 1;
  const known = scriptNames();
  const names = values.script ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`no script ${unknown}; there are ${known.join(', ')}`);
  const audits: Audit[] = [];
  let skipped = 0;
  console.log(HEADING);
  for (const name of names) {
    for (const io of (await loadScript(name)).ios ?? (['mapped', 'buffered'] as const)) {
      if (values.io !== undefined && io !== (values.io as Io)) continue;
      if (!isPossible(io)) {
        console.log(`${name} ${io}: skipped, nothing can be mapped here`);
        skipped++;
        continue;
      }
      const audit = await auditScript(name, io);
      audits.push(audit);
      console.log(formatAudit(audit));
    }
  }
  console.log(formatRules(audits));
  const broken = audits.filter(({ problems }) => problems.length > 0).length;
  const isWhole = values.script === undefined && values.io === undefined && skipped === 0;
  const never = isWhole ? neverAsked(audits) : [];
  for (const name of never) console.log(`the rule ${name} was never asked`);
  console.log(`${audits.length} audits, ${broken} with violations, ${skipped} skipped`);
  return broken > 0 || never.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
