import { existsSync } from "node:fs";
import type { Catalog, Certification } from "../catalog/index.ts";
import type { Compiled } from "../compile/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import { governanceFolder } from "../governance/index.ts";
import { sameData } from "../std/index.ts";
import { loadAside } from "./load-aside.ts";
import { watchFolder } from "./watch-folder.ts";

/** What is served, and why what lies in the folder is not, if so. */
export interface DefinitionsState {
  readonly version: string;
  readonly loadedAt: Date;
  /** Since when the folder holds something else that cannot be served; null: it holds what is served. */
  readonly problem: { readonly at: Date; readonly message: string; readonly diagnostics: readonly Diagnostic[] } | null;
}

export interface LiveDefinitions {
  readonly state: DefinitionsState;
  /** Reads the folder again, soon. @returns once what lay in it then is served, or has been found wanting */
  reload(): Promise<DefinitionsState>;
  close(): void;
}

export interface LiveOptions {
  readonly folder: string;
  /** What is served at first. */
  readonly catalog: Catalog;
  /** Takes the next catalog, from one moment to the next. */
  readonly swap: (catalog: Catalog) => void;
  /** Told after each reading: of what is served now, or why the old is kept. */
  readonly onRead: (state: DefinitionsState, outcome: "swapped" | "unchanged" | "kept") => void;
  /** Whether to read again whenever a file below the folder changes. */
  readonly isWatched: boolean;
  /** How long nothing may have changed, so that what is being written is not read half. Default 200 ms. */
  readonly settleMs?: number;
}

const SETTLE_MS = 200;
const NOTHING = "There is no model and no metric in the folder.";

/**
 * Keeps what is served in step with a folder. The whole folder is read and checked aside; only what has no error, and is
 * something, takes the place of the old, at once and altogether. One reading at a time; whatever is asked meanwhile is
 * answered by one more.
 */
export function keepDefinitions(options: LiveOptions): LiveDefinitions {
  const { folder, swap, onRead, isWatched, settleMs = SETTLE_MS } = options;
  let state: DefinitionsState = { version: options.catalog.version, loadedAt: new Date(), problem: null };
  let served = options.catalog;
  let timer: NodeJS.Timeout | null = null;
  let asked: PromiseWithResolvers<DefinitionsState> | null = null;
  let reading = false;
  let closed = false;

  function reload(): Promise<DefinitionsState> {
    asked ??= Promise.withResolvers();
    if (!reading && !closed) {
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => void read(), settleMs);
    }
    return asked.promise;
  }

  async function read(): Promise<void> {
    const answered = asked;
    [asked, timer, reading] = [null, null, true];
    try {
      take(await loadAside(folder));
    } catch (thrown) {
      keep(thrown instanceof Error ? thrown.message : String(thrown), []);
    }
    reading = false;
    answered?.resolve(state);
    if (asked) void reload();
  }

  function take({ catalog, diagnostics }: Compiled): void {
    if (closed) return;
    if (!catalog) {
      const errors = errorsOf(diagnostics);
      return keep(`${errors.length} ${errors.length === 1 ? "error" : "errors"}`, errors);
    }
    if (catalog.models.size === 0 && catalog.metrics.size === 0) return keep(NOTHING, []);
    // What a metric is worth changes with the day too, and who asks for it, whatever its definition.
    const isBeside = sameData(catalog.certifications, served.certifications) && sameData(catalog.uses, served.uses);
    const isNew = catalog.version !== state.version || !isBeside;
    if (isNew) swap((served = catalog));
    state = { version: catalog.version, loadedAt: new Date(), problem: null };
    onRead(state, isNew ? "swapped" : "unchanged");
  }

  function keep(message: string, diagnostics: readonly Diagnostic[]): void {
    const lapsed = withLapsed(served, new Date());
    if (lapsed !== served) swap((served = lapsed));
    state = { ...state, problem: { at: new Date(), message, diagnostics } };
    onRead(state, "kept");
  }

  // Certifications begin and run out with days, in UTC.
  let midnight = setTimeout(nextDay, untilMidnight());
  midnight.unref();
  function nextDay(): void {
    if (served.certifications.size > 0) void reload();
    midnight = setTimeout(nextDay, untilMidnight());
    midnight.unref();
  }

  const folders = [folder, governanceFolder(folder)].filter((one) => existsSync(one));
  const watches = isWatched ? folders.map((one) => watchFolder(one, () => void reload())) : [];
  return {
    get state() {
      return state;
    },
    reload,
    close() {
      closed = true;
      if (timer) clearTimeout(timer);
      clearTimeout(midnight);
      for (const stop of watches) stop();
      asked?.resolve(state);
    },
  };
}

/** A certification ends on its day, also while the folder cannot be served. @returns the same where none has ended */
function withLapsed(catalog: Catalog, now: Date): Catalog {
  const today = now.toISOString().slice(0, 10);
  const isOver = ({ status, expiresAt }: Certification): boolean =>
    (status === "certified" || status === "provisional") && expiresAt !== null && expiresAt <= today;
  const all = [...catalog.certifications];
  if (!all.some(([, one]) => isOver(one))) return catalog;
  const certifications = new Map(
    all.map(([name, one]): [string, Certification] => {
      if (!isOver(one)) return [name, one];
      const status = one.status === "provisional" ? "suspended" : "expired";
      return [name, { ...one, status, reason: `Its certification ran out on ${one.expiresAt}.` }];
    }),
  );
  return { ...catalog, certifications };
}

const DAY_MS = 86_400_000;

/** A moment into the next day. */
function untilMidnight(): number {
  return DAY_MS - (Date.now() % DAY_MS) + 50;
}

function errorsOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}
