// Titles of the tests that a source of tests declares, found in its text: nothing is run. A title made
// of a template stands for every text that its literal parts allow.

/** A call of test, test.serial or a name of one's own such as testMapped, and its first argument. */
const CALL = /\b(?<call>test\w*(?:\.\w+)*)\(\s*(?<title>'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)/g;

export interface DeclaredTest {
  readonly isSkipped: boolean;
  readonly matches: (title: string) => boolean;
}

export function declaredTests(source: string): DeclaredTest[] {
  return [...source.matchAll(CALL)].map(({ groups }) => {
    const literal = (groups?.['title'] ?? '').slice(1, -1).replaceAll("\\'", "'");
    const parts = literal.split(/\$\{[^}]*\}/).map(escaped);
    const pattern = new RegExp(`^${parts.join('.+')}$`);
    const modifiers = (groups?.['call'] ?? '').split('.').slice(1);
    return {
      isSkipped: modifiers.some((one) => ['skip', 'todo', 'failing'].includes(one)),
      matches: (title) => pattern.test(title),
    };
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
