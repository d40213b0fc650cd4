#!/usr/bin/env node
// The lanedb command as a process. Every error is one line on stderr and an exit code; a closed
// pipe ends it quietly.

import { EXIT_INTERRUPTED } from './exit-codes.js';
import { Output } from './output.js';
import { runCommand } from './program.js';

// Nobody reads what is said there: nothing to say it to.
process.stderr.on('error', () => undefined);
process.exitCode = await runCommand(process.argv.slice(2), {
  output: new Output(process.stdout),
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  input: () => process.stdin,
});
// A write that nobody takes would keep the process alive.
if (process.exitCode === EXIT_INTERRUPTED) process.exit();
