// The commands that bring the content of a store somewhere else, as words of the command line.

import type { Command } from 'commander';
import type { Output } from './output.js';

type Done = (exitCode: number) => void;

/** Adds them to the program. */
export function addCopyCommands(program: Command, output: Output, done: Done): void {
  addSalvage(program, output, done);
}

function addSalvage(program: Command, output: Output, done: Done): void {
  program
    .command('salvage')
    .description('save what can be proven of a damaged store in a new store, and list what is lost')
    .argument('<path>', 'directory of the damaged store, which is not changed')
    .argument('<target>', 'directory of the new store, which must be empty or not exist')
    .option('--strict', 'only what comes before the first missing record')
    .option('--json', 'the report as one JSON object')
    .action(async (path: string, target: string, options: { strict?: true; json?: true }) => {
      const { salvage } = await import('./salvage.js');
      const { strict = false, json = false } = options;
      done(await salvage(output, { path, target }, { strict, json }));
    });
}
