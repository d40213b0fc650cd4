// The code checks itself: layers, sizes, leftovers, form and documents, one test for each file so
// that the title names the culprit. The rules stand in support/tidy/rules.ts; tidy-rules.test.ts
// shows with planted violations that they bite.

import { fileURLToPath } from 'node:url';

import test from 'ava';

import {
  checkErrorCode,
  checkFixture,
  checkSections,
  errorCodes,
  fixtureNames,
} from './support/tidy/check-documents.js';
import { checkForm, checkLeftovers, checkWords } from './support/tidy/check-form.js';
import { checkCycles, checkImports, checkReaders, checkUse } from './support/tidy/check-imports.js';
import { checkSize } from './support/tidy/check-size.js';
import { loadProject } from './support/tidy/project-files.js';
import { FILE_LINES_MAX, FUNCTION_LINES_MAX } from './support/tidy/rules.js';

const project = loadProject(fileURLToPath(new URL('../../', import.meta.url)));

for (const source of project.sources.values()) {
  test(`${source.path} is tidy`, (t) => {
    t.deepEqual(
      [
        ...checkImports(project, source),
        ...checkReaders(project, source),
        ...checkUse(project, source),
        ...checkCycles(project, source),
        ...checkSize(source),
        ...checkForm(project, source),
        ...checkLeftovers(source),
        ...checkSections(project, source),
      ],
      [],
    );
  });
}

test('the sources are small: half of them are shorter than 200 lines', (t) => {
  const lengths = [...project.sources.values()]
    .filter((source) => source.path.startsWith('src/'))
    .map((source) => source.text.trimEnd().split('\n').length)
    .sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  t.log(`${lengths.length} sources, median ${median} lines, longest ${lengths.at(-1)}`);
  t.true(median > 0 && median < 200);
});

test('the linter holds the same limits', (t) => {
  const configuration = project.texts.get('biome.jsonc') ?? '';
  const limitOf = (rule: string): number =>
    Number(new RegExp(`"${rule}": \\{[^}]*"maxLines": (\\d+)`, 's').exec(configuration)?.[1]);
  t.is(limitOf('noExcessiveLinesPerFunction'), FUNCTION_LINES_MAX);
  t.is(limitOf('noExcessiveLinesPerFile'), FILE_LINES_MAX);
});

test('no file mentions what is not part of the project', (t) => {
  t.deepEqual(
    [...project.texts].flatMap(([path, text]) => checkWords(path, text)),
    [],
  );
});

for (const code of errorCodes(project)) {
  test(`the error code ${code} is raised, explained and tested`, (t) => {
    t.deepEqual(checkErrorCode(project, code), []);
  });
}

for (const name of fixtureNames(project)) {
  test(`the recovery fixture ${name} says what it is`, (t) => {
    t.deepEqual(checkFixture(project, name), []);
  });
}

test('there are error codes and recovery fixtures to check', (t) => {
  t.true(errorCodes(project).length > 0);
  t.true(fixtureNames(project).length >= 14, 'run: npm run fixtures');
});
