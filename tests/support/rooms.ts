/** Reads the room table of ARCHITECTURE.md and finds imports that break it. */

export interface Room {
  readonly name: string;
  /** Packages that enter here; `@scope/*` stands for all of the scope. */
  readonly owns: readonly string[];
}

export interface RoomTable {
  /** In dependency order: a room imports only rooms before it. */
  readonly rooms: readonly Room[];
  readonly toCome: readonly string[];
}

export function readRoomTable(markdown: string): RoomTable {
  return {
    rooms: rowsUnder(markdown, "## Rooms, in dependency order").map(([name = "", , owns = ""]) => ({
      name,
      owns: owns.split(", ").filter((item) => item !== ""),
    })),
    toCome: rowsUnder(markdown, "## Rooms to come").map(([name = ""]) => name),
  };
}

/**
 * @param files Text by path from the top, e.g. `src/plan/node.ts`.
 * @param packages The dependencies that package.json names.
 * @returns One sentence a fault, in the order of the files.
 */
export function findFaults(
  table: RoomTable,
  files: ReadonlyMap<string, string>,
  packages: readonly string[],
): readonly string[] {
  if (table.rooms.length === 0) return ["ARCHITECTURE.md has no room table."];
  if (files.size === 0) return ["There is no file to look at."];
  const folders = new Set([...files.keys()].flatMap((path) => roomOf(path) ?? []));
  const names = table.rooms.map((room) => room.name);
  return [
    ...names.filter((name) => !folders.has(name)).map((name) => `Room ${name} is in the table but has no file.`),
    ...[...folders].filter((name) => !names.includes(name)).map((name) => unlisted(name, table)),
    ...packages
      .filter((name) => !table.rooms.some((room) => owns(room, name)))
      .map((name) => `Package ${name} has no room.`),
    ...[...files].flatMap(([path, text]) =>
      importsOf(text).flatMap((specifier) => faultOf(table, files, path, specifier)),
    ),
  ];
}

/** What a file imports: statements with and without names, `export … from`, `import(…)`, `import.meta.resolve(…)`. */
export function importsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^;"'`()]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\b(?:import|import\.meta\.resolve|require|require\.resolve)\(\s*["'`]([^"'`$]+)/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}

function faultOf(
  table: RoomTable,
  files: ReadonlyMap<string, string>,
  path: string,
  specifier: string,
): readonly string[] {
  if (specifier.startsWith("node:")) return [];
  const home = roomOf(path);
  if (!specifier.startsWith(".")) {
    const owner = table.rooms.find((room) => owns(room, packageName(specifier)));
    return owner !== undefined && owner.name === home
      ? []
      : [`${path} imports ${specifier}, which enters through ${owner?.name ?? "no room"}.`];
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  if (!files.has(target)) return [`${path} imports ${specifier}, which is not a file of src/.`];
  const room = roomOf(target);
  if (room === home) return [];
  if (room === undefined) return [`${path} imports ${specifier}, which is no room.`];
  const order = table.rooms.map(({ name }) => name);
  return [
    ...(target === `src/${room}/index.ts` ? [] : [`${path} imports ${specifier}, past the door of ${room}.`]),
    ...(home === undefined || order.indexOf(room) < order.indexOf(home)
      ? []
      : [`${path} imports ${room}, which is not above ${home}.`]),
  ];
}

function unlisted(name: string, { toCome }: RoomTable): string {
  return toCome.includes(name)
    ? `Room ${name} exists now: move it into the table of rooms.`
    : `Folder ${name} is not in the table.`;
}

/** The room of a file; undefined for what stands above the rooms: `server.ts` and `src/index.ts`. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function owns(room: Room, name: string): boolean {
  return room.owns.some((owned) => owned === name || (owned.endsWith("/*") && name.startsWith(owned.slice(0, -1))));
}

/** `@pothos/core/x` is of the package `@pothos/core`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The cells, without backticks, of the first table below a heading. */
function rowsUnder(markdown: string, heading: string): readonly (readonly string[])[] {
  const section = markdown.split(`\n${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll("`", "")));
}
