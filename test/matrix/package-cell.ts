// The package installed by npm into empty projects and used by one Node: as usual, without install scripts,
// without optional packages; and bundled, by the very commands that docs/bundling.md gives.

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type AppCheck,
  compiles,
  importsAndRequires,
  runsCommand,
  stores,
} from '../package/app-checks.js';
import { AppProject } from '../package/app-project.js';
import { PROJECT, packInto } from '../package/packed.js';
import { isPossible } from '../support/medium.js';
import type { NodeProgram } from './node-binaries.js';
import type { CellResult } from './results.js';

/** Fixed, so that a run means the same tomorrow. */
const ESBUILD = 'esbuild@0.28.2';
const PROBLEM_LENGTH_MAX = 600;
const INSTALLS = [[], ['--ignore-scripts'], ['--omit=optional']];

export async function runPackage(node: NodeProgram): Promise<CellResult> {
  const directory = mkdtempSync(join(tmpdir(), 'lanedb-matrix-'));
  const begun = performance.now();
  const problems: string[] = [];
  let passed = 0;
  let failed = 0;
  const check = async (title: string, project: AppProject, body: AppCheck): Promise<void> => {
    const found = await body(project);
    if (found.length === 0) passed++;
    else failed++;
    problems.push(...found.map((problem) => `${title}: ${problem.slice(0, PROBLEM_LENGTH_MAX)}`));
  };
  try {
    const { tarball } = packInto(directory);
    for (const [index, words] of INSTALLS.entries()) {
      const project = new AppProject(join(directory, `app-${index}`), node.program);
      const title = `npm install ${words.join(' ')}`.trim();
      await check(title, project, install(tarball, ...words));
      for (const [name, body] of checksAfter(words))
        await check(`${title}, ${name}`, project, body);
    }
    const project = new AppProject(join(directory, 'bundled'), node.program);
    await check('npm install', project, install(tarball, ESBUILD));
    for (const [name, body] of bundleChecks()) await check(name, project, body);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  return { version: node.version, passed, failed, skipped: 0, seconds, problems };
}

/** npm runs on the Node of this machine: the package is installed for the other one. */
function install(tarball: string, ...words: string[]): AppCheck {
  return async (project) => {
    const npm = ['install', '--no-audit', '--no-fund', tarball, ...words];
    const ran = await project.runHere('npm', ...npm);
    return ran.code === 0 ? [] : [`${ran.stdout}${ran.stderr}`];
  };
}

function checksAfter(words: readonly string[]): [string, AppCheck][] {
  const checks: [string, AppCheck][] = [
    ['import and require', importsAndRequires],
    ['command', runsCommand],
    ['npx', runsByNpx],
    ['buffered store', stores('buffered')],
  ];
  const hasNative = !words.includes('--omit=optional') && isPossible('mapped');
  // They do not depend on how it was installed.
  if (words.length === 0) checks.push(['types', compiles]);
  checks.push(hasNative ? ['mapped store', stores('mapped')] : ['no mapped store', refusesMapped]);
  return checks;
}

const runsByNpx: AppCheck = async (project) => {
  const ran = await project.run('npx', 'lanedb', '--help');
  return ran.code === 0 && ran.stdout.includes('lanedb') ? [] : [`${ran.stdout}${ran.stderr}`];
};

const MAPPED = `import { open } from 'lanedb';
await open('never', { io: 'mapped' }).catch((error) => console.log(error.code));
`;

const refusesMapped: AppCheck = async (project) => {
  project.write('mapped.mjs', MAPPED);
  const ran = await project.script('mapped.mjs');
  return ran.stdout.trim() === 'IO_ERROR' ? [] : [`${ran.stdout}${ran.stderr}`];
};

const APP = `import { open } from 'lanedb';
const store = await open(process.argv[2]);
const failed = (error) => console.log(error.code);
for (let index = 0; index < 20; index++) void store.put(index, 'x'.repeat(100_000)).catch(failed);
await store.put('last', 1).then(() => store.flushSync(), failed);
console.log(store.count(), store.get('last'));
await store.close();
`;

/** The commands of the document, in its order. */
function documented(): string[][] {
  const text = readFileSync(join(PROJECT, 'docs/bundling.md'), 'utf8');
  return [...text.matchAll(/^```sh\nesbuild (.*)\n```$/gm)].map(([, line = '']) => line.split(' '));
}

function bundleChecks(): [string, AppCheck][] {
  const [external, withThreads] = documented();
  if (external === undefined || withThreads === undefined) {
    throw new Error('docs/bundling.md gives two commands');
  }
  const alone = ['app.mjs', '--bundle', '--platform=node', '--format=esm', '--outfile=out/app.mjs'];
  return [
    ['bundle that leaves lanedb out', bundled(external, 'out/app.mjs', '21 1')],
    ['bundle with its threads', bundled(withThreads, 'out/app.js', '21 1')],
    ['bundle without its threads', bundled(alone, 'out/app.mjs', `${refusals(21)}0 undefined`)],
  ];
}

function refusals(count: number): string {
  return 'BACKGROUND_FAILED\n'.repeat(count);
}

/** Bundles the application, and runs it; where nothing is left out, without any node_modules. */
function bundled(words: readonly string[], output: string, expected: string): AppCheck {
  return async (project) => {
    project.write('package.json', '{ "private": true, "type": "module" }');
    project.write('app.mjs', APP);
    rmSync(join(project.directory, 'out'), { recursive: true, force: true });
    const made = await project.runHere('node_modules/.bin/esbuild', ...words);
    if (made.code !== 0) return [`${made.stdout}${made.stderr}`];
    const isAlone = !words.includes('--external:lanedb');
    const place = isAlone ? mkdtempSync(join(tmpdir(), 'lanedb-bundle-')) : project.directory;
    try {
      if (isAlone) {
        cpSync(join(project.directory, 'out'), join(place, 'out'), { recursive: true });
        cpSync(join(project.directory, 'package.json'), join(place, 'package.json'));
      }
      const store = join(place, `store-${words.length}`);
      const ran = await project.script(join(place, output), store);
      const isFine = ran.code === 0 && ran.stdout.trim() === expected && ran.stderr === '';
      return isFine ? [] : [`exit code ${ran.code}\n${ran.stdout}${ran.stderr}`];
    } finally {
      if (isAlone) rmSync(place, { recursive: true, force: true });
    }
  };
}
