// The report of a recovery, for people. Everything in it is in `store.stats().recovery`.

import type { RecoveryReport } from 'lanedb';

import { number, say } from './tour.js';

const LABEL_WIDTH = 16;

export function reportRecovery(report: RecoveryReport | undefined): void {
  console.log('Recovery report');
  if (report === undefined) {
    say('this process made the store: there was nothing to recover');
    return;
  }
  line('outcome', `${report.outcome}: ${meaningOf(report.outcome)}`);
  line('records', `${number(report.records)}, up to sequence ${number(report.lastSequence)}`);
  line('proven durable', `up to sequence ${number(report.durableEvidence)}`);
  line('given up', `${number(report.droppedRecords)} records behind a missing one`);
  for (const { file, role, records, end, stop } of report.segments) {
    const where = stop === undefined ? '' : `, stops at byte ${number(end)} (${stop})`;
    line(role, `${file}: ${number(records)} records${where}`);
  }
  if (report.leftovers.length > 0) line('removed', report.leftovers.join(', '));
}

function meaningOf(outcome: RecoveryReport['outcome']): string {
  switch (outcome) {
    case 'clean':
      return 'closed properly, nothing to do';
    case 'unclean':
      return 'what is back is a prefix of the writes, made durable again';
    case 'corrupt':
      return 'acknowledged writes are missing';
  }
}

function line(label: string, text: string): void {
  say(`${label.padEnd(LABEL_WIDTH)}${text}`);
}
