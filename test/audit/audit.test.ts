// Every script of the audit keeps the rules of durability, as strace saw it; and bugs that are
// planted are found. Tables of it: npm run audit, npm run audit -- --planted.

import test from 'ava';

import { isPossible } from '../support/medium.js';
import { type Audit, auditScript } from './audit-script.js';
import { BUGS } from './bugs.js';
import { loadScript, scriptNames } from './load-scripts.js';
import { patched } from './plant.js';
import { findBug } from './planted.js';
import { formatAudit, neverAsked } from './report.js';
import { whyNoStrace } from './strace.js';

const IOS = ['mapped', 'buffered'] as const;
const whyNot = whyNoStrace();
const traced = whyNot === undefined ? test.serial : test.serial.skip;
const noteOf = whyNot === undefined ? '' : ` (not audited: ${whyNot})`;
const audits: Audit[] = [];
const names = scriptNames();
const scripts = await Promise.all(names.map(loadScript));

for (const [index, { does, ios = IOS }] of scripts.entries()) {
  const name = names[index] ?? '';
  for (const io of ios) {
    const one = isPossible(io) ? traced : test.serial.skip;
    one(`every rule of durability holds while a process ${does} (${io})${noteOf}`, async (t) => {
      const audit = await auditScript(name, io);
      audits.push(audit);
      t.deepEqual(audit.problems, [], formatAudit(audit));
    });
  }
}

traced(`every rule had something to judge${noteOf}`, (t) => {
  t.deepEqual(neverAsked(audits), []);
});

for (const [index, bug] of BUGS.filter(({ isInTests }) => isInTests).entries()) {
  const io = IOS.filter(isPossible)[index % IOS.filter(isPossible).length] ?? 'buffered';
  traced(`the audit finds a planted bug: ${bug.name} (${io})${noteOf}`, async (t) => {
    const { problem, rules } = await findBug(bug, io);
    t.truthy(problem, `not found by ${bug.rule}, but by ${rules.join(', ') || 'nothing'}`);
    t.log(problem);
  });
}

test('every bug to be planted still has its place in the code', (t) => {
  for (const { name, patches } of BUGS) t.notThrows(() => patched(patches), name);
});
