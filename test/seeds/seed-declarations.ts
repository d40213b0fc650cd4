// What lanedb/wal exports, as its compiled declarations and module say: values, types and their
// members, error codes. Not a parser: it knows the form in which the compiler writes declarations.

import { posix } from 'node:path';

export type ReadText = (path: string) => string | undefined;

const API = 'dist/src/wal-api.d.ts';

export class SeedDeclarations {
  readonly #read: ReadText;
  readonly #values: ReadonlySet<string>;
  /** Exported name to the file that declares it. */
  readonly #files = new Map<string, string>();
  readonly #codes: ReadonlySet<string>;

  /** `values`: names that the built module has at run time. */
  constructor(read: ReadText, values: Iterable<string>) {
    this.#read = read;
    this.#values = new Set(values);
    const api = read(API) ?? '';
    for (const [, list = '', from = ''] of api.matchAll(
      /^export (?:type )?\{([^}]*)\} from '(.*)';/gm,
    )) {
      const file = posix.join('dist/src', from.replace(/\.js$/, '.d.ts'));
      for (const name of list.split(',')) this.#files.set(name.trim(), file);
    }
    const errors = read('dist/src/errors.d.ts') ?? '';
    const union = /type LaneErrorCode =([^;]*);/.exec(errors)?.[1] ?? '';
    this.#codes = new Set(Array.from(union.matchAll(/'([A-Z_]+)'/g), ([, code = '']) => code));
  }

  /** Why a name is none of this module; undefined if it is one. */
  problemOf(name: string): string | undefined {
    if (this.#codes.has(name)) return undefined;
    const [, type = '', member] = /^(\w+)(?:\.(\w+)|\[[\w.]+\])?$/.exec(name) ?? [];
    if (!this.#files.has(type)) return `${name} is no export and no error code`;
    if (type === name) {
      return this.#values.has(name) ? undefined : `${name} is not there at run time`;
    }
    const key = (member ?? name.slice(type.length)).replace(/[[\].]/g, '\\$&');
    const isMember = new RegExp(`^ {4}(?:readonly |get |static |async |\\*)*${key}\\??[(:<]`, 'm');
    return isMember.test(this.#declarationOf(type)) ? undefined : `${type} has no member ${name}`;
  }

  /** The text that a test has to hold to use the name. */
  static useOf(name: string): RegExp {
    const last = /\[(.+)\]$/.exec(name)?.[1] ?? name.split('.').at(-1) ?? name;
    return new RegExp(`\\b${last.replace(/\./g, '\\.')}\\b`);
  }

  #declarationOf(type: string): string {
    const text = this.#read(this.#files.get(type) ?? '') ?? '';
    const start = text.search(
      new RegExp(`^export (?:declare )?(?:class|interface|type) ${type}\\b`, 'm'),
    );
    if (start < 0) return '';
    const end = text.indexOf('\n}', start);
    return end < 0 ? '' : text.slice(start, end);
  }
}
