// The scripts of the audit: every file in scripts/, by its name.

import { readdirSync } from 'node:fs';

import type { AuditScript } from './script.js';

const DIRECTORY = new URL('scripts/', import.meta.url);

export function scriptNames(): string[] {
  const names = readdirSync(DIRECTORY).filter((name) => name.endsWith('.js'));
  return names.map((name) => name.slice(0, -'.js'.length)).sort();
}

export async function loadScript(name: string): Promise<AuditScript> {
  const loaded = (await import(new URL(`${name}.js`, DIRECTORY).href)) as { script?: AuditScript };
  if (loaded.script === undefined) throw new Error(`${name} exports no script`);
  return loaded.script;
}
