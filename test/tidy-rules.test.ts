// The checks of tidy.test.ts, shown with planted violations: each rule finds its own, names the
// place, and leaves good code alone.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test, { type ExecutionContext } from 'ava';

import {
  checkErrorCode,
  checkFixture,
  checkSections,
  errorCodes,
  fixtureNames,
} from './support/tidy/check-documents.js';
import { checkForm, checkLeftovers, checkWords } from './support/tidy/check-form.js';
import { checkCycles, checkImports, checkReaders, checkUse } from './support/tidy/check-imports.js';
import { checkSize, functionLengths } from './support/tidy/check-size.js';
import {
  loadProject,
  type Project,
  plantProject,
  type Source,
} from './support/tidy/project-files.js';
import { scanSource } from './support/tidy/source-text.js';

/** A small good project; `extra` adds files or replaces them. */
function plant(extra: Record<string, string>): Project {
  return plantProject({
    'src/errors.ts': "// Errors.\nexport type LaneErrorCode =\n  | 'CORRUPT'\n  | 'IO_ERROR';\n",
    'src/format/record.ts': '// docs/format.md, "Record"\nexport const RECORD_BYTES = 8;\n',
    'src/io/disk.ts': "// Disk.\nimport { readFileSync } from 'node:fs';\nreadFileSync('x');\n",
    'src/wal/segment.ts':
      "// Segment.\nimport { RECORD_BYTES } from '../format/record.js';\nvoid RECORD_BYTES;\n",
    'docs/format.md': '# Format\n\n## 3. `Record`\n',
    ...extra,
  });
}

function sourceOf(project: Project, path: string): Source {
  const source = project.sources.get(path);
  if (source === undefined) throw new Error(`no ${path} in the planted project`);
  return source;
}

/** Exactly one problem, which matches. */
function finds(t: ExecutionContext, problems: string[], expected: RegExp): void {
  t.is(problems.length, 1, problems.join('\n'));
  t.regex(problems[0] ?? '', expected);
}

function importsOf(path: string, text: string): string[] {
  const project = plant({ [path]: text });
  return checkImports(project, sourceOf(project, path));
}

test('imports that go down the table pass', (t) => {
  for (const path of ['src/io/disk.ts', 'src/wal/segment.ts', 'src/format/record.ts']) {
    const project = plant({});
    t.deepEqual(checkImports(project, sourceOf(project, path)), []);
  }
  t.deepEqual(importsOf('src/keys/a.ts', "import type { Buffer } from 'node:buffer';"), []);
  t.deepEqual(importsOf('src/keys/a.ts', "import { X } from '../errors.js';"), []);
  t.deepEqual(importsOf('src/values/a.ts', "import { Packr } from 'msgpackr';"), []);
  t.deepEqual(importsOf('src/wal/b.ts', "// as in import x from '../store/open.js'"), []);
});

test('an import upwards, sideways or of nothing is found, whatever its form', (t) => {
  const up = "import { S } from '../wal/segment.js';";
  finds(t, importsOf('src/format/a.ts', up), /src\/format\/a\.ts:1: format may import nothing/);
  finds(t, importsOf('src/memtable/a.ts', up), /memtable may import format, control, not wal/);
  finds(t, importsOf('src/format/a.ts', up.replace('import', 'import type')), /not wal/);
  finds(t, importsOf('src/format/a.ts', up.replace('import', 'export')), /not wal/);
  finds(t, importsOf('src/format/a.ts', "\nawait import('../wal/segment.js');"), /:2: format/);
  finds(t, importsOf('src/format/a.ts', "import '../wal/segment.js';"), /not wal/);
  finds(t, importsOf('src/io/a.ts', "new URL('../wal/segment.js', import.meta.url);"), /not wal/);
  finds(t, importsOf('src/wal/a.ts', "import {\n  x,\n} from './gone.js';"), /does not exist/);
  finds(t, importsOf('src/wal/a.ts', "import { x } from '../../test/x.js';"), /outside src/);
});

test('io/ knows the format of its own LOCK file and no other', (t) => {
  const project = plant({
    'src/format/lock-owner.ts': '// docs/format.md, "Record"\n',
    'src/io/lock-file.ts': "import '../format/lock-owner.js';",
    'src/io/a.ts': "import '../format/record.js';",
  });
  t.deepEqual(checkImports(project, sourceOf(project, 'src/io/lock-file.ts')), []);
  finds(t, checkImports(project, sourceOf(project, 'src/io/a.ts')), /not format/);
});

test('an unknown folder has to be given its place', (t) => {
  finds(t, importsOf('src/helpers/a.ts', ''), /new place helpers: give it a row/);
  finds(t, importsOf('src/helpers.ts', ''), /new place helpers\.ts/);
});

test('the operating system and each package stay in their one folder', (t) => {
  finds(t, importsOf('src/wal/a.ts', "import * as fs from 'node:fs';"), /belongs to io/);
  finds(t, importsOf('src/store/a.ts', "import { cpus } from 'node:os';"), /belongs to io/);
  finds(t, importsOf('src/io/a.ts', "import type { F } from 'koffi';"), /may be absent/);
  t.deepEqual(importsOf('src/io/a.ts', "require('koffi');"), []);
  finds(t, importsOf('src/wal/a.ts', "load('koffi');"), /koffi belongs to io/);
  finds(t, importsOf('src/wal/a.ts', "process.getBuiltinModule('node:fs');"), /belongs to io/);
  finds(t, importsOf('src/wal/a.ts', "import fs from 'fs';"), /fs is not used in src/);
  finds(t, importsOf('src/format/a.ts', "import { Buffer } from 'node:buffer';"), /is not used/);
  finds(t, importsOf('src/store/a.ts', "import { Packr } from 'msgpackr';"), /belongs to values/);
  finds(t, importsOf('src/store/a.ts', "import { x } from 'left-pad';"), /not used in src/);
});

test('commands that look at broken stores do not load the engine, the others nothing else', (t) => {
  const engine = { 'src/index.ts': '// Public.\n' };
  const project = plant({
    ...engine,
    'src/cli/get.ts': "import '../index.js';",
    'src/cli/put.ts': "import '../wal/segment.js';",
    'src/cli/dump.ts': "import '../index.js';",
    'src/cli/dump-records.ts': "import '../wal/segment.js';\nimport './get.js';",
    'src/cli/verify.ts': "import '../wal/segment.js';",
  });
  t.deepEqual(checkImports(project, sourceOf(project, 'src/cli/get.ts')), []);
  t.deepEqual(checkImports(project, sourceOf(project, 'src/cli/verify.ts')), []);
  finds(t, checkImports(project, sourceOf(project, 'src/cli/put.ts')), /cli may import index\.ts/);
  finds(t, checkImports(project, sourceOf(project, 'src/cli/dump.ts')), /cli readers may import/);
  t.deepEqual(checkReaders(project, sourceOf(project, 'src/cli/verify.ts')), []);
  finds(
    t,
    checkReaders(project, sourceOf(project, 'src/cli/dump-records.ts')),
    /dump-records\.ts -> src\/cli\/get\.ts -> src\/index\.ts/,
  );
});

test('recovery that reaches a writer is found, however long the way', (t) => {
  const project = plant({
    'src/recovery/survey.ts': "import '../wal/wal-reader.js';",
    'src/recovery/replay.ts': "import '../wal/segment.js';",
    'src/wal/wal-reader.ts': "import './lane-writer.js';",
    'src/wal/lane-writer.ts': '',
  });
  finds(t, checkReaders(project, sourceOf(project, 'src/recovery/survey.ts')), /lane-writer/);
  t.deepEqual(checkReaders(project, sourceOf(project, 'src/recovery/replay.ts')), []);
});

test('a source that nothing imports and an import cycle are found', (t) => {
  const project = plant({
    'src/wal/dead.ts': '',
    'src/wal/a.ts': "import './b.js';",
    'src/wal/b.ts': "import './c.js';",
    'src/wal/c.ts': "import './a.js';",
    'test/wal/dead.test.ts': "import '../../src/wal/dead.js';",
  });
  finds(t, checkUse(project, sourceOf(project, 'src/wal/dead.ts')), /nothing in src\/ imports it/);
  t.deepEqual(checkUse(project, sourceOf(project, 'src/format/record.ts')), []);
  finds(t, checkCycles(project, sourceOf(project, 'src/wal/b.ts')), /b\.ts -> .*c.*a.*b\.ts/);
  t.deepEqual(checkCycles(project, sourceOf(project, 'src/wal/segment.ts')), []);
});

test('a file, a function or a line is allowed at its limit and refused one above it', (t) => {
  const sizeOf = (text: string, path = 'src/wal/a.ts'): string[] => {
    return checkSize(sourceOf(plant({ [path]: text }), path));
  };
  const body = (lines: number): string => `function f(): void {\n${'  x();\n'.repeat(lines)}}\n`;
  t.deepEqual(sizeOf('x();\n'.repeat(300)), []);
  finds(t, sizeOf('x();\n'.repeat(301)), /301 lines, limit 300/);
  finds(t, sizeOf('x();\n'.repeat(61), 'src/index.ts'), /61 lines, limit 60/);
  t.deepEqual(sizeOf(body(60)), []);
  t.deepEqual(sizeOf(body(60).replace('x();\n', 'x();\n\n\n')), []);
  finds(t, sizeOf(`\n${body(61)}`), /a\.ts:2: f has 61 lines, limit 60/);
  t.deepEqual(sizeOf(body(61), 'test/wal/a.test.ts'), []);
  t.deepEqual(sizeOf(`// ${'x'.repeat(97)}`), []);
  finds(t, sizeOf(`// ${'x'.repeat(98)}`), /a\.ts:1: 101 columns/);
});

test('functions of every form are found and measured', (t) => {
  const namesOf = (text: string): string[] =>
    functionLengths(scanSource(text)).map((each) => `${each.name} ${each.lines}`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template is what is scanned
  const two = '{\n  a("}");\n  /* { */ b(`${c({ d })}}`);\n}';
  t.deepEqual(namesOf(`function f(a: { b: number } = { b: 1 }) ${two}`), ['f 2']);
  t.deepEqual(namesOf(`async function* f<T extends X>(a: T): Promise<{ b: T }> ${two}`), ['f 2']);
  t.deepEqual(namesOf(`function f(a): { b: number } | undefined ${two}`), ['f 2']);
  t.deepEqual(namesOf(`function f(a): a is { b: number } ${two}`), ['f 2']);
  t.true(namesOf(`function f(a): (b: number) => { c: number } ${two}`).includes('f 2'));
  t.deepEqual(namesOf(`const f = (a: number): void => ${two};`), ['arrow function 2']);
  t.deepEqual(namesOf(`class A extends mixin(B) { #f(a: number): void ${two} }`), ['#f 2']);
  t.deepEqual(namesOf(`if (a) ${two} else if (b(c)) ${two}`), []);
  t.deepEqual(namesOf(`for (const a of b(c)) ${two}\nswitch (b(a)) ${two}`), []);
  t.deepEqual(namesOf('const a = b ? f(c) : { d: 1 };\nconst e = { f: g(1) };'), []);
  t.deepEqual(namesOf('interface A { f(a: number): { b: number }; g(): void }'), []);
});

test('code, comments and strings are told apart', (t) => {
  const text = [
    "const a = '// no' + \"it's\"; // yes 'quoted'",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template is what is scanned
    'const b = /[/"]\\/"/.test(a) ? 4 / 2 / 1 : `x ${`y ${"}"}`} // z`; /* also',
    'here */ c();',
  ].join('\n');
  const scanned = scanSource(text);
  t.deepEqual(
    scanned.comments.map((comment) => comment.text),
    ["// yes 'quoted'", '/* also\nhere */'],
  );
  t.is(scanned.code.length, text.length);
  t.regex(scanned.code, /^const a = ' {5}' \+ " {4}"; +\nconst b = \/ +\/\.test\(a\) \? 4 \/ 2/);
  t.regex(scanned.code, /\n +c\(\);$/);
});

test('what was left behind in a source is found, and prose is not', (t) => {
  const leftIn = (text: string): string[] => {
    return checkLeftovers(sourceOf(plant({ 'src/wal/a.ts': text }), 'src/wal/a.ts'));
  };
  finds(t, leftIn('a();\n// TODO later\n'), /a\.ts:2: TODO/);
  finds(t, leftIn('/* FIXME */'), /FIXME/);
  finds(t, leftIn('// XXX: why?'), /XXX/);
  finds(t, leftIn('debugger;'), /debugger/);
  finds(t, leftIn('test.only(a);'), /only/);
  finds(t, leftIn('// @ts-ignore\na();'), /@ts-ignore/);
  finds(t, leftIn('// const a = 1;'), /commented-out code, delete it: const a = 1;/);
  finds(t, leftIn('// if (a === b) {'), /commented-out/);
  finds(t, leftIn('/*\n * this.sync(file);\n */'), /commented-out/);
  finds(t, leftIn("// import { a } from './b.js';"), /commented-out/);
  finds(t, leftIn('// a.b[0] = c + 1;'), /commented-out/);
  t.deepEqual(leftIn("const a = 'TODO'; // Return to the caller; import nothing.\n"), []);
  t.deepEqual(leftIn('// If (and only if) the segment is full: rotate() was called.\n'), []);
});

test('a source opens with a comment, is ASCII, named in kebab-case and tested by name', (t) => {
  const formOf = (path: string, text: string): string[] => {
    const tests = { 'test/wal/good.test.ts': '// Good.\n', 'test/wal/Bad.test.ts': '// Bad.\n' };
    const project = plant({ ...tests, [path]: text });
    return checkForm(project, sourceOf(project, path));
  };
  t.deepEqual(formOf('src/wal/good.ts', '// Good.\na();\n'), []);
  t.deepEqual(formOf('src/wal/good.ts', '#!/usr/bin/env node\n// Good.\na();\n'), []);
  t.deepEqual(formOf('test/wal/good.test.ts', '// \u00e9\n'), []);
  finds(t, formOf('src/wal/good.ts', 'a();\n// Late.\n'), /open it with a comment/);
  finds(t, formOf('src/wal/good.ts', `${'// Long.\n'.repeat(7)}a();`), /7 opening lines, limit 6/);
  finds(t, formOf('src/wal/good.ts', '// Good.\n// \u00e9\n'), /good\.ts:2: .*\\u00e9/);
  finds(t, formOf('src/wal/Bad.ts', '// Bad.\n'), /kebab-case/);
  finds(t, formOf('src/wal/untested.ts', '// Untested.\n'), /has no test\/wal\/untested\.test\.ts/);
});

test('words of another place are found in any file', (t) => {
  const path = ['', 'work', 'shared'].join('/');
  finds(t, checkWords('docs/a.md', `one\nsee ${path}/x`), /docs\/a\.md:2: .*not part of this/);
  finds(t, checkWords('docs/a.md', `as ${['DESIGN', 'md'].join('.')} says`), /not part/);
  t.deepEqual(checkWords('docs/a.md', 'a working directory, src/work/x, the design'), []);
});

test('a format file names a section that exists', (t) => {
  const sectionsOf = (comment: string, path = 'src/format/record.ts'): string[] => {
    const project = plant({ [path]: comment });
    return checkSections(project, sourceOf(project, path));
  };
  t.deepEqual(sectionsOf('// The bytes: docs/format.md,\n// "Record".'), []);
  finds(t, sectionsOf('// docs/format.md, "Page"'), /has no section "Page"/);
  finds(t, sectionsOf('// docs/format.md, "Page"', 'src/wal/a.ts'), /has no section "Page"/);
  finds(t, sectionsOf('// Bytes.'), /name the section/);
  t.deepEqual(sectionsOf('// Bytes.', 'src/wal/a.ts'), []);
});

test('an error code that is not raised, explained or tested is found', (t) => {
  const project = plant({
    'docs/errors.md': 'CORRUPT: ...',
    'test/wal/a.test.ts': "'CORRUPT'",
    'src/wal/a.ts': "raise('CORRUPT')",
  });
  t.deepEqual(errorCodes(project), ['CORRUPT', 'IO_ERROR']);
  t.deepEqual(checkErrorCode(project, 'CORRUPT'), []);
  t.is(checkErrorCode(project, 'IO_ERROR').length, 3);
});

test('a fixture without its case, its expectation or its row is found', (t) => {
  const project = plant({
    'recovery-fixtures/README.md': '| v1-good | clean |',
    'recovery-fixtures/v1-good/case.md': '',
    'recovery-fixtures/v1-good/expected.json': '{}',
    'recovery-fixtures/v1-bad/store/superblock.txt': '',
  });
  t.deepEqual(fixtureNames(project), ['v1-bad', 'v1-good']);
  t.deepEqual(checkFixture(project, 'v1-good'), []);
  t.is(checkFixture(project, 'v1-bad').length, 3);
});

test('a project is read from its directory without what is installed or compiled', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lanedb-tidy-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  for (const path of ['src/wal/a.ts', 'node_modules/x/b.ts', 'dist/c.ts', 'docs/d.md', '.ci/run']) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '// A file.\n');
  }
  const project = loadProject(root);
  t.deepEqual([...project.texts.keys()].sort(), ['.ci/run', 'docs/d.md', 'src/wal/a.ts']);
  t.deepEqual([...project.sources.keys()], ['src/wal/a.ts']);
  finds(t, checkUse(project, sourceOf(project, 'src/wal/a.ts')), /nothing in src/);
});
