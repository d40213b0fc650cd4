// Copies the project to a new directory and removes every package that is native code or loads it,
// so that the tests can show what LaneDB does without them: node scripts/without-native.mjs TARGET
// The project itself is only read. Store data, results and compiled output are not copied.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const REMOVED = [
  /^koffi$/,
  /^@koromix$/,
  /^lz4-napi/,
  /^@antoniomuso$/,
  /^snappy/,
  /^@napi-rs$/,
  /^msgpackr-extract$/,
  /^@msgpackr-extract$/,
];
const NOT_COPIED = ['.git', '.cache', 'dist', join('bench', 'node_modules'), join('bench', 'tmp')];

function main() {
  const project = dirname(dirname(fileURLToPath(import.meta.url)));
  const argument = process.argv[2];
  if (argument === undefined || process.argv.length > 3) {
    return refuse('usage: npm run without-native -- TARGET (a directory that does not exist yet)');
  }
  const target = resolve(argument);
  if (existsSync(target) && readdirSync(target).length > 0) {
    return refuse(`${target} exists and is not empty: name a directory that does not exist yet`);
  }
  if (target === project || target.startsWith(project + sep)) {
    return refuse(`${target} lies inside the project: name a directory outside it`);
  }
  if (!existsSync(join(project, 'node_modules'))) {
    return refuse('node_modules is missing: run npm ci first');
  }
  cpSync(project, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !NOT_COPIED.includes(relative(project, source)),
  });
  const removed = removeNative(join(target, 'node_modules'));
  console.log(`copied ${project} to ${target}`);
  console.log(removed.length > 0 ? `removed ${removed.join(', ')}` : 'found no native package');
  console.log(`now: cd ${target} && npm test`);
}

/** Removes the packages and returns their names. */
function removeNative(modules) {
  const removed = [];
  for (const name of readdirSync(modules)) {
    if (!REMOVED.some((pattern) => pattern.test(name))) continue;
    rmSync(join(modules, name), { recursive: true });
    removed.push(name);
  }
  return removed;
}

function refuse(message) {
  console.error(message);
  process.exitCode = 2;
}

main();
