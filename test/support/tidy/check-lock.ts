// The lock files are complete, so that npm ci works on every platform, and come from one registry.
// Reads no package: only what package.json and package-lock.json say.

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const REGISTRY = 'https://registry.npmjs.org/';
const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** `manifest` is package.json, whose dependencies are pinned and the same in the lock file. */
export function checkLock(path: string, lock: LockFile, manifest: LockedPackage): string[] {
  const problems: string[] = [];
  for (const [where, each] of Object.entries(lock.packages)) {
    if (each.resolved !== undefined && !each.resolved.startsWith(REGISTRY)) {
      problems.push(`${path}: ${where} comes from ${each.resolved}: only ${REGISTRY} is allowed`);
    }
    for (const name of neededBy(each)) {
      if (!isLocked(lock, where, name)) {
        problems.push(`${path}: ${where || 'the project'} needs ${name}, which is not locked`);
      }
    }
  }
  for (const group of GROUPS) {
    for (const [name, version] of Object.entries(manifest[group] ?? {})) {
      if (!/^\d+\.\d+\.\d+$/.test(version)) {
        problems.push(`package.json: pin ${name} to one version, not ${version}`);
      }
      if (lock.packages['']?.[group]?.[name] !== version) {
        problems.push(`${path}: ${name} ${version} differs from package.json: run npm install`);
      }
    }
  }
  return problems;
}

function neededBy(each: LockedPackage): string[] {
  return GROUPS.flatMap((group) => Object.keys(each[group] ?? {}));
}

/** Looks for a package as Node would: beside the one that needs it, then in each parent. */
function isLocked(lock: LockFile, where: string, name: string): boolean {
  for (
    let at = where;
    at !== '';
    at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))
  ) {
    if (Object.hasOwn(lock.packages, `${at}/node_modules/${name}`)) return true;
  }
  return Object.hasOwn(lock.packages, `node_modules/${name}`);
}
