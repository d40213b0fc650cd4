// Names on the test disk: directories with the entries processes see and the entries on the disk.
// A change of a name is on the disk after a sync of its directory; until then a power cut may have
// taken any subset of the changes. A rename is atomic, and a change that takes a name as its source
// (rename, link, remove) implies the change that put the file there.

import type { FileInode } from './test-disk-inode.js';

export class DirectoryInode {
  readonly kind = 'directory';
  current = new Map<string, Inode>();
  durable = new Map<string, Inode>();
}

export type Inode = FileInode | DirectoryInode;

/** A name in a directory. */
export interface Place {
  readonly directory: DirectoryInode;
  readonly name: string;
}

interface EntryEffect extends Place {
  /** What the name stands for afterwards; undefined: nothing. */
  readonly inode: Inode | undefined;
}

/** One change of names that is not known to be on the disk. */
export interface EntryChange {
  effects: readonly EntryEffect[];
  readonly implies: EntryChange | undefined;
  /** Set by a failed sync of the directory: no later sync writes it. */
  abandoned: boolean;
}

export class DirectoryTree {
  readonly root: DirectoryInode;
  pending: EntryChange[] = [];

  constructor(root = new DirectoryInode()) {
    this.root = root;
  }

  /** The place a path names; undefined if its directory does not exist. */
  place(path: string): Place | undefined {
    const names = splitPath(path);
    const name = names.pop() ?? '';
    let directory: Inode | undefined = this.root;
    for (const step of names) {
      directory = directory.current.get(step);
      if (directory?.kind !== 'directory') return undefined;
    }
    return { directory, name };
  }

  lookUp(path: string): Inode | undefined {
    const place = this.place(path);
    if (place === undefined) return undefined;
    return place.name === '' ? place.directory : place.directory.current.get(place.name);
  }

  set(place: Place, inode: Inode, source?: Place): void {
    this.#apply([{ ...place, inode }], source);
  }

  remove(place: Place): void {
    this.#apply([{ ...place, inode: undefined }], place);
  }

  rename(from: Place, to: Place): void {
    const inode = from.directory.current.get(from.name);
    this.#apply(
      [
        { ...to, inode },
        { ...from, inode: undefined },
      ],
      from,
    );
  }

  /** A sync of a directory that ends well. */
  commit(directory: DirectoryInode): void {
    const chosen = withImplied(
      this.pending.filter((change) => !change.abandoned && touches(change, directory)),
    );
    const overridden = new Map<DirectoryInode, Set<string>>();
    const left: EntryChange[] = [];
    for (const change of this.pending.toReversed()) {
      const open = change.effects.filter(
        (effect) => overridden.get(effect.directory)?.has(effect.name) !== true,
      );
      if (!chosen.has(change)) {
        change.effects = open;
        if (open.length > 0) left.unshift(change);
        continue;
      }
      for (const effect of open) {
        setOrDelete(effect.directory.durable, effect);
        const known = overridden.get(effect.directory);
        if (known === undefined) overridden.set(effect.directory, new Set([effect.name]));
        else known.add(effect.name);
      }
    }
    this.pending = left;
  }

  /** A sync of a directory that fails: its changes may be on the disk or not, for good. */
  abandon(directory: DirectoryInode): void {
    for (const change of this.pending) {
      if (touches(change, directory)) change.abandoned = true;
    }
  }

  /** The same names and pending changes over copies of all files. */
  copy(): DirectoryTree {
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      let copy = copies.get(inode);
      if (copy !== undefined) return copy;
      copy = inode.kind === 'file' ? inode.copy() : new DirectoryInode();
      copies.set(inode, copy);
      if (inode.kind === 'directory' && copy.kind === 'directory') {
        for (const [name, child] of inode.current) copy.current.set(name, copyOf(child));
        for (const [name, child] of inode.durable) copy.durable.set(name, copyOf(child));
      }
      return copy;
    };
    const tree = new DirectoryTree(copyOf(this.root) as DirectoryInode);
    const changes = new Map<EntryChange, EntryChange>();
    for (const change of this.pending) {
      const effects = change.effects.map(({ directory, name, inode }) => ({
        directory: copyOf(directory) as DirectoryInode,
        name,
        inode: inode === undefined ? undefined : copyOf(inode),
      }));
      const implies = change.implies === undefined ? undefined : changes.get(change.implies);
      const copy = { effects, implies, abandoned: change.abandoned };
      changes.set(change, copy);
      tree.pending.push(copy);
    }
    return tree;
  }

  /** Names and files after a power cut that took just these changes. */
  afterCut(
    changes: readonly EntryChange[],
    fileAfterCut: (inode: FileInode) => FileInode,
  ): DirectoryTree {
    const names = new Map<DirectoryInode, Map<string, Inode>>();
    const namesOf = (directory: DirectoryInode): Map<string, Inode> => {
      const known = names.get(directory) ?? new Map(directory.durable);
      names.set(directory, known);
      return known;
    };
    const chosen = withImplied(changes);
    for (const change of this.pending) {
      if (!chosen.has(change)) continue;
      for (const effect of change.effects) setOrDelete(namesOf(effect.directory), effect);
    }
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      let copy = copies.get(inode);
      if (copy !== undefined) return copy;
      copy = inode.kind === 'file' ? fileAfterCut(inode) : new DirectoryInode();
      copies.set(inode, copy);
      if (inode.kind === 'directory' && copy.kind === 'directory') {
        for (const [name, child] of namesOf(inode)) copy.current.set(name, copyOf(child));
        copy.durable = new Map(copy.current);
      }
      return copy;
    };
    return new DirectoryTree(copyOf(this.root) as DirectoryInode);
  }

  /** Changes a name in what is seen and on the disk at once. */
  setRaw(place: Place, inode: Inode | undefined): void {
    const effect = { ...place, inode };
    setOrDelete(place.directory.current, effect);
    setOrDelete(place.directory.durable, effect);
    for (const change of this.pending) {
      change.effects = change.effects.filter(
        ({ directory, name }) => directory !== place.directory || name !== place.name,
      );
    }
    this.pending = this.pending.filter((change) => change.effects.length > 0);
  }

  /** Calls back for every name, in the order of paths; a file of two names comes twice. */
  forEach(view: 'current' | 'durable', visit: (path: string, inode: Inode) => void): void {
    const walk = (directory: DirectoryInode, path: string): void => {
      const entries = directory[view];
      for (const name of [...entries.keys()].sort()) {
        const inode = entries.get(name)!;
        visit(`${path}/${name}`, inode);
        if (inode.kind === 'directory') walk(inode, `${path}/${name}`);
      }
    };
    walk(this.root, '');
  }

  #apply(effects: EntryEffect[], source: Place | undefined): void {
    const implies =
      source === undefined ? undefined : this.pending.findLast((change) => names(change, source));
    for (const effect of effects) setOrDelete(effect.directory.current, effect);
    this.pending.push({ effects, implies, abandoned: false });
  }
}

export function splitPath(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

function names(change: EntryChange, place: Place): boolean {
  return change.effects.some(
    (effect) => effect.directory === place.directory && effect.name === place.name,
  );
}

function touches(change: EntryChange, directory: DirectoryInode): boolean {
  return change.effects.some((effect) => effect.directory === directory);
}

function withImplied(changes: readonly EntryChange[]): Set<EntryChange> {
  const all = new Set<EntryChange>();
  for (const change of changes) {
    let next: EntryChange | undefined = change;
    while (next !== undefined && !all.has(next)) {
      all.add(next);
      next = next.implies;
    }
  }
  return all;
}

function setOrDelete(entries: Map<string, Inode>, effect: EntryEffect): void {
  if (effect.inode === undefined) entries.delete(effect.name);
  else entries.set(effect.name, effect.inode);
}
