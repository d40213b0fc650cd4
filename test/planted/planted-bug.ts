// What a planted bug is: a small change of one source that compiles and breaks one promise, and the
// test that has to notice it.

/** One replacement; `find` stands in the file exactly once. */
export interface Edit {
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug extends Edit {
  readonly name: string;
  /** The known failure it stands for; docs/testing.md says what the letters mean. */
  readonly reference: string;
  /** What is wrong then, in one sentence. */
  readonly what: string;
  /** Of a failure of parts that do not exist yet: why this is its nearest relative. */
  readonly stands?: string;
  readonly file: string;
  /** More of the same change, for instance an import that it needs. */
  readonly also?: readonly Edit[];
  /** The test that catches it, by an assertion. */
  readonly test: { readonly file: string; readonly title: string };
  /** True if the process of the test raises besides, which its own assertion notices too. */
  readonly raises?: boolean;
  readonly secondsMax: number;
}

/** The source with the bug in it. Throws if a text to be replaced is not there exactly once. */
export function plant(source: string, bug: PlantedBug): string {
  let planted = source;
  for (const { find, replace } of [bug, ...(bug.also ?? [])]) {
    const count = planted.split(find).length - 1;
    if (find === '' || count !== 1) {
      throw new Error(
        `${bug.name}: stands ${count} times in ${bug.file}, not once: ${find.trim()}`,
      );
    }
    planted = planted.replace(find, () => replace);
  }
  if (planted === source) throw new Error(`${bug.name}: changes nothing`);
  return planted;
}
