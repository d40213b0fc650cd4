// The commands that bring the content of a store somewhere else, as words of the command line.

import type { Command } from 'commander';
import { addRangeOptions, keyEncoding, keyJson, PATH, valueEncoding } from './command-options.js';
import type { ExportOptions } from './export.js';
import type { ImportOptions, InputStream } from './import.js';
import type { Output } from './output.js';

type Done = (exitCode: number) => void;

interface CopyStreams {
  output: Output;
  input: () => InputStream;
}

/** Adds them to the program. */
export function addCopyCommands(program: Command, streams: CopyStreams, done: Done): void {
  addExport(program, streams, done);
  addImport(program, streams, done);
  addSalvage(program, streams, done);
}

function addExport(program: Command, { output }: CopyStreams, done: Done): void {
  const command = program
    .command('export')
    .description('print entries as lines of JSON, from which import makes the same entries')
    .argument('<path>', PATH);
  addRangeOptions(command)
    .addOption(keyJson())
    .addOption(keyEncoding())
    .addOption(valueEncoding())
    .action(async (path: string, options: Partial<ExportOptions>) => {
      const { exportEntries } = await import('./export.js');
      const flags = { reverse: false, limit: undefined, keyJson: false };
      done(await exportEntries(output, path, { ...flags, ...options } as ExportOptions));
    });
}

function addImport(program: Command, streams: CopyStreams, done: Done): void {
  program
    .command('import')
    .description('write entries from the standard input, one a line as export prints them')
    .argument('<path>', PATH)
    .option('--create', 'make the store if there is none')
    .option('--resume <name>', 'keep progress under this name, and go on behind it')
    .addOption(keyEncoding())
    .addOption(valueEncoding())
    .action(async (path: string, options: Partial<ImportOptions>) => {
      const { importEntries } = await import('./import.js');
      const chosen = { create: false, resume: undefined, ...options } as ImportOptions;
      done(await importEntries(streams, path, chosen));
    });
}

function addSalvage(program: Command, { output }: CopyStreams, done: Done): void {
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
