// The package as npm publishes it: compiled anew, so that nothing old in dist/ is in it, packed by npm
// itself, and unpacked. Needs no network.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Beside the compiled sources; the rest of `files` in package.json. */
const COPIED = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'docs'];

export interface Packed {
  tarball: string;
  /** Paths in the package, sorted. */
  files: string[];
}

export interface Manifest {
  name: string;
  bin: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

/** Packs the project into `directory`, which exists. */
export function packInto(directory: string): Packed {
  const staged = join(directory, 'staged');
  mkdirSync(staged);
  for (const name of COPIED) cpSync(join(PROJECT, name), join(staged, name), { recursive: true });
  compileInto(staged);
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  // npm of this machine, whatever Node runs the test; its warnings go to stderr.
  const run = spawnSync('npm', words, { cwd: staged, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`npm pack: ${run.error ?? run.stderr}`);
  const [packed] = JSON.parse(run.stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error('npm pack says nothing');
  const files = packed.files.map(({ path }) => path).sort();
  return { tarball: join(directory, packed.filename), files };
}

/** The sources alone, as the project's own configuration compiles them. */
function compileInto(staged: string): void {
  const configuration = {
    extends: join(PROJECT, 'tsconfig.json'),
    compilerOptions: {
      rootDir: PROJECT,
      outDir: join(staged, 'dist'),
      typeRoots: [join(PROJECT, 'node_modules/@types')],
    },
    include: [join(PROJECT, 'src')],
  };
  const path = join(staged, 'tsconfig.json');
  writeFileSync(path, JSON.stringify(configuration));
  const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', path], { encoding: 'utf8' });
}

export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** Names under which the package is imported: `lanedb`, `lanedb/...`; data such as package.json not. */
export function entryPoints(manifest: Manifest): string[] {
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([path]) => `${manifest.name}${path.slice(1)}`);
}

/** What the package has to hold, and nothing else. */
export function intendedFiles(): string[] {
  const intended = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];
  for (const name of readdirSync(join(PROJECT, 'docs'))) intended.push(`docs/${name}`);
  for (const path of readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const compiled = `dist/src/${path.slice(0, -'.ts'.length)}`;
    intended.push(`${compiled}.js`, `${compiled}.js.map`, `${compiled}.d.ts`);
  }
  return intended.sort();
}
