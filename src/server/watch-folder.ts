import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/**
 * Tells of every change in a folder and those below it, also of a file that another takes the place of by its name, as editors and
 * git write them, and of folders that come and go, itself among them. One watcher a folder, because `recursive` of Node
 * 24 loses most renames on Linux, and then that file for good. Folders that are reached by a link are not entered, as
 * in reading.
 *
 * @param onChange One change may be told more than once. What cannot be watched is told of once, like a change.
 * @returns ends it
 */
export function watchFolder(folder: string, onChange: () => void): () => void {
  const root = resolve(folder);
  const watched = new Map<string, Watched>();
  let isClosed = false;

  function follow(): void {
    const found = new Map<string, string>();
    findFolders(root, found);
    for (const [path, { identity, watcher }] of watched) {
      if (found.get(path) === identity) continue;
      watcher.close();
      watched.delete(path);
    }
    for (const [path, identity] of found) if (!watched.has(path)) begin(path, identity);
  }

  function begin(path: string, identity: string): void {
    try {
      watched.set(path, { identity, watcher: listen(path, changed) });
    } catch {
      // It is gone again, or there are more than the system watches: reading will tell.
    }
  }

  function changed(): void {
    if (isClosed) return;
    follow();
    onChange();
  }

  // The folder may be replaced as a whole, which only the one that it lies in tells.
  const above = listen(dirname(root), (name) => name === basename(root) && changed());
  follow();
  return () => {
    isClosed = true;
    above.close();
    for (const { watcher } of watched.values()) watcher.close();
  };
}

interface Watched {
  /** Of the folder that has this path now: another may take its place. */
  readonly identity: string;
  readonly watcher: FSWatcher;
}

function listen(folder: string, onChange: (name: string | null) => void): FSWatcher {
  const watcher = watch(folder, { persistent: false });
  watcher.on("change", (_, name) => onChange(name === null ? null : String(name)));
  watcher.on("error", () => onChange(null));
  return watcher;
}

/** Adds the folder and those below it, by their paths. What is not there has none. */
function findFolders(path: string, found: Map<string, string>): void {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    found.set(path, `${dev} ${ino} ${birthtimeMs}`);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) findFolders(join(path, entry.name), found);
    }
  } catch {
    found.delete(path);
  }
}
