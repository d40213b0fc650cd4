// The tables that an audit prints.

import type { Audit } from './audit-script.js';
import { RULES } from './rules.js';

export const HEADING = row('script', 'medium', ['calls', 'syncs', 'acks', 'checks', 'violations']);

export function formatAudit({ script, io, verdict, problems, kept }: Audit): string {
  const checks = [...verdict.asked.values()].reduce((sum, count) => sum + count, 0);
  const { calls, syncs, acknowledgements } = verdict;
  const figures = [calls, syncs, acknowledgements, checks, problems.length].map(String);
  const lines = [row(script, io, figures), ...problems.map((problem) => `  ${problem}`)];
  if (kept !== undefined) lines.push(`  trace: ${kept}`);
  return lines.join('\n');
}

export function formatRules(audits: readonly Audit[]): string {
  return RULES.map(({ name, says }) => {
    const asked = audits.reduce((sum, { verdict }) => sum + (verdict.asked.get(name) ?? 0), 0);
    return `${name.padEnd(32)}${String(asked).padStart(7)}  ${says}`;
  }).join('\n');
}

/** Rules that no trace gave anything to judge: they would not notice either. */
export function neverAsked(audits: readonly Audit[]): string[] {
  return RULES.filter(({ name }) =>
    audits.every(({ verdict }) => (verdict.asked.get(name) ?? 0) === 0),
  ).map(({ name }) => name);
}

function row(script: string, io: string, figures: readonly string[]): string {
  return `${script.padEnd(26)}${io.padEnd(10)}${figures.map((one) => one.padStart(11)).join('')}`;
}
