// Plants each bug in a copy of the compiled project and demands that the audit finds it, by the rule
// that it breaks.

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { isPossible } from '../support/medium.js';
import { auditScript } from './audit-script.js';
import { BUGS, type Bug } from './bugs.js';
import { withPatches } from './plant.js';
import type { Io } from './stage.js';

export interface Found {
  readonly bug: Bug;
  readonly io: Io;
  /** Rules that were broken, each once. */
  readonly rules: readonly string[];
  /** What the rule says that was to find the bug; undefined if it did not. */
  readonly problem: string | undefined;
}

const IOS = ['mapped', 'buffered'] as const;

/** Audits a script with a bug planted in the store. */
export async function findBug(bug: Bug, io: Io): Promise<Found> {
  const audit = await withPatches(bug.patches, (compiled) => auditScript(bug.script, io, compiled));
  if (audit.kept !== undefined) rmSync(dirname(audit.kept), { recursive: true, force: true });
  const { violations } = audit.verdict;
  const violation = violations.find(({ rule }) => rule === bug.rule);
  return {
    bug,
    io,
    rules: [...new Set(violations.map(({ rule }) => rule))],
    problem: violation && `line ${violation.line}: ${violation.problem}`,
  };
}

/** True if every bug was found on every medium that works here. */
export async function findPlanted(print: (line: string) => void): Promise<boolean> {
  let missed = 0;
  let planted = 0;
  for (const bug of BUGS) {
    for (const io of (bug.ios ?? IOS).filter(isPossible)) {
      const { rules, problem } = await findBug(bug, io);
      planted++;
      if (problem === undefined) missed++;
      const by = rules.length === 0 ? 'nothing' : rules.join(', ');
      print(`${problem === undefined ? 'MISSED' : 'found '} ${bug.name} (${bug.script}, ${io})`);
      print(problem === undefined ? `       by ${by}, not by ${bug.rule}` : `       by ${by}`);
      if (problem !== undefined) print(`       ${problem}`);
    }
  }
  print(`${planted} planted, ${missed} missed`);
  return missed === 0;
}
