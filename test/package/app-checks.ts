// What an installed package must do in a project: be imported and required, compile, run its threads and
// its command. Each check gives what is wrong, in words; nothing if all is well.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { AppProject, Ran } from './app-project.js';
import { entryPoints, PROJECT, readManifest } from './packed.js';

export type AppCheck = (project: AppProject) => Promise<string[]>;

function failed(what: string, ran: Ran, isFine: boolean): string[] {
  return isFine ? [] : [`${what}: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`];
}

function entriesOf(project: AppProject): string[] {
  return entryPoints(readManifest(join(project.directory, 'node_modules/lanedb')));
}

/** Import and require give the same names, without a word on stderr. */
export const importsAndRequires: AppCheck = async (project) => {
  const problems: string[] = [];
  for (const entry of entriesOf(project)) {
    const name = JSON.stringify(entry);
    project.write(
      'import.mjs',
      `import * as all from ${name};\nconsole.log(Object.keys(all).sort().join());\n`,
    );
    // Refused if anything in the graph of modules awaits at its top level.
    project.write('require.cjs', `console.log(Object.keys(require(${name})).sort().join());\n`);
    const imported = await project.script('import.mjs');
    const required = await project.script('require.cjs');
    const hasNames = imported.stdout.trim().length > 0;
    const isFine = (ran: Ran) => ran.code === 0 && ran.stderr === '' && hasNames;
    problems.push(...failed(`import of ${entry}`, imported, isFine(imported)));
    const isSame = required.stdout === imported.stdout;
    problems.push(...failed(`require of ${entry}`, required, isFine(required) && isSame));
  }
  return problems;
};

const TYPED = `import { isLaneError, open, type Entry, type Store } from 'lanedb';

export async function main(path: string): Promise<number | undefined> {
  await using store: Store<string, number> = await open(path, {
    keyEncoding: 'utf8',
    valueEncoding: { encode: (value: number) => Buffer.from(String(value)), decode: Number },
  });
  store.on('error', (error) => console.error(isLaneError(error, 'DISK_FULL')));
  const written: boolean = await store.put('a', 1, { ifAbsent: true });
  const entry: Entry<number> | undefined = store.getEntry('a');
  for (const [key, value] of store.entries({ prefix: 'a' })) console.log(key.length + value);
  using snapshot = store.snapshot();
  return written ? snapshot.get('a') : entry?.version;
}
`;

/** The ways in which compilers look for modules. */
const COMPILERS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
};
/** An application of today, and the oldest language in which the declarations must be sound. */
const LANGUAGES = [
  { files: ['app.mts', 'all.mts'], target: 'es2024', lib: ['es2024', 'esnext.disposable'] },
  { files: ['all.mts'], target: 'es2022' },
];

/** Declarations compile with Node's types installed, named in no configuration. */
export const compiles: AppCheck = async (project) => {
  project.link('@types/node');
  project.link('undici-types');
  const imports = entriesOf(project).map(
    (entry, index) => `import * as all${index} from '${entry}';`,
  );
  const names = imports.map((_, index) => `all${index}`).join(', ');
  const all = `${imports.join('\n')}\nexport const entries: object[] = [${names}];\n`;
  const problems: string[] = [];
  project.write('types/app.mts', TYPED);
  project.write('types/all.mts', all);
  for (const [name, resolution] of Object.entries(COMPILERS)) {
    for (const { files, ...language } of LANGUAGES) {
      const checks = { strict: true, skipLibCheck: false, noEmit: true };
      const compilerOptions = { ...resolution, ...language, ...checks };
      project.write('types/tsconfig.json', JSON.stringify({ compilerOptions, files }));
      const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
      // The compiler is ours, run by our Node: the project's own runs nothing here.
      const ran = await project.run(process.execPath, compiler, '-p', 'types');
      problems.push(...failed(`types under ${name}, ${language.target}`, ran, ran.code === 0));
    }
  }
  return problems;
};

const STORED = `import { open } from 'lanedb';
const [path, io] = process.argv.slice(2);
const store = await open(path, { io, memoryBytes: 4194304, segmentBytes: 65536 });
for (let index = 0; index < 100; index++) void store.put(['key', index], 'x'.repeat(2000));
await store.put('last', { at: new Date(0), id: 1n });
store.flushSync();
const { lanes, syncs, io: medium } = store.stats();
await store.close();
const again = await open(path, { readOnly: true });
console.log(JSON.stringify([medium, again.count(), lanes[0].rotations > 1, syncs > 0]));
await again.close();
`;

/** A store with its threads, its rotations and its second open, in a medium. */
export function stores(io: 'mapped' | 'buffered'): AppCheck {
  return async (project) => {
    project.write('stores.mjs', STORED);
    const ran = await project.script('stores.mjs', `store-${io}`, io);
    const expected = JSON.stringify([io, 101, true, true]);
    const isFine = ran.code === 0 && ran.stderr === '' && ran.stdout.trim() === expected;
    return failed(`a ${io} store`, ran, isFine);
  };
}

/** The command, by the name that npm gives it. */
export const runsCommand: AppCheck = async (project) => {
  const command = join(project.directory, 'node_modules/.bin/lanedb');
  if (!existsSync(command)) return ['the command lanedb is not there'];
  const help = await project.run(command, '--help');
  const problems = failed('lanedb --help', help, help.code === 0 && help.stdout.includes('dump'));
  const put = await project.run(command, 'put', '--create', 'by-command', '"a"', '[1,2]');
  problems.push(...failed('lanedb put', put, put.code === 0));
  const dump = await project.run(command, 'dump', 'by-command');
  const hasRecord = dump.stdout.includes('put') && dump.stdout.includes('a');
  problems.push(...failed('lanedb dump', dump, dump.code === 0 && hasRecord));
  const verify = await project.run(command, 'verify', 'by-command');
  problems.push(...failed('lanedb verify', verify, verify.code === 0));
  return problems;
};
