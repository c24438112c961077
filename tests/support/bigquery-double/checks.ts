/** What BigQuery refuses in a request before it looks at the statement. Throws with the words of a 400. */

type Json = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${where} is no object`);
  return Object.fromEntries(Object.entries(value));
}

/** @param allowed Every key that may be there; those with `!` must. */
function shape(value: unknown, where: string, allowed: readonly string[]): Json {
  const object = objectOf(value, where);
  const names = allowed.map((name) => name.replace("!", ""));
  for (const key of Object.keys(object)) {
    if (!names.includes(key)) throw new Error(`Invalid JSON payload received. Unknown name "${key}" at '${where}'`);
  }
  for (const name of allowed) {
    if (name.endsWith("!") && object[name.slice(0, -1)] === undefined) throw new Error(`${where} lacks ${name}`);
  }
  return object;
}

function textLike(value: unknown, where: string, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new Error(`Invalid value for ${where}`);
  return value;
}

/** @returns The parts of a job that the double lives by. */
export function checkJob(body: unknown, projectId: string) {
  const { configuration, jobReference } = shape(body, "job", ["configuration!", "jobReference!"]);
  const allowed = ["query!", "labels!", "dryRun", "jobTimeoutMs"];
  const { query, labels, dryRun, jobTimeoutMs } = shape(configuration, "configuration", allowed);
  checkLabels(labels);
  if (dryRun !== undefined && dryRun !== true) throw new Error("dryRun is no claim");
  const reference = shape(jobReference, "jobReference", ["projectId!", dryRun ? "jobId" : "jobId!", "location"]);
  if (reference["projectId"] !== projectId) throw new Error("The job is of another project");
  return {
    ...checkQuery(query),
    isDryRun: dryRun === true,
    jobId: dryRun ? null : textLike(reference["jobId"], "jobId", /^[\w-]{1,1024}$/),
    location: reference["location"] === undefined ? null : textLike(reference["location"], "location", /^[\w-]+$/),
    timeoutMs: jobTimeoutMs === undefined ? null : Number(textLike(jobTimeoutMs, "jobTimeoutMs", INT64)),
  };
}

function checkQuery(value: unknown) {
  const query = shape(value, "configuration.query", [
    "query!",
    "useLegacySql!",
    "defaultDataset",
    "priority",
    "parameterMode",
    "queryParameters",
    "maximumBytesBilled",
    "useQueryCache",
  ]);
  if (query["useLegacySql"] !== false) throw new Error("Legacy SQL knows no parameters");
  if (query["defaultDataset"] !== undefined)
    shape(query["defaultDataset"], "defaultDataset", ["projectId", "datasetId!"]);
  if (!["INTERACTIVE", "BATCH", undefined].includes(query["priority"] as string)) throw new Error("Invalid priority");
  const text = textLike(query["query"], "query", /\S/);
  const { queryParameters = [], parameterMode, maximumBytesBilled } = query;
  if (!Array.isArray(queryParameters)) throw new Error("queryParameters is no list");
  const names = queryParameters.map(checkParameter);
  if ((parameterMode === "NAMED") !== names.length > 0) throw new Error("parameterMode does not fit the parameters");
  for (const [, name = ""] of text.matchAll(/@(\w+)/g)) {
    if (!names.includes(name)) throw new Error(`Query parameter '${name}' not found`);
  }
  const limit =
    maximumBytesBilled === undefined ? Infinity : Number(textLike(maximumBytesBilled, "maximumBytesBilled", INT64));
  return { text, maximumBytesBilled: limit };
}

function checkParameter(value: unknown): string {
  const { name, parameterType, parameterValue } = shape(value, "queryParameters", [
    "name!",
    "parameterType!",
    "parameterValue!",
  ]);
  const { type } = shape(parameterType, "parameterType", ["type!"]);
  const pattern = VALUES[String(type)];
  if (!pattern) throw new Error(`Invalid parameter type ${String(type)}`);
  const given = shape(parameterValue, "parameterValue", ["value"])["value"];
  if (given === undefined) throw new Error("The value of a parameter is lost");
  if (given !== null) textLike(given, `a parameter of type ${String(type)}`, pattern);
  return textLike(name, "name", /^[A-Za-z_]\w*$/);
}

const INT64 = /^\d+$/;
const VALUES: Readonly<Record<string, RegExp>> = {
  STRING: /^/,
  INT64: /^-?\d+$/,
  FLOAT64: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/,
  BOOL: /^(true|false)$/,
};

function checkLabels(value: unknown): void {
  const labels = Object.entries(objectOf(value, "labels"));
  if (labels.length > 64) throw new Error("Too many labels");
  for (const [key, label] of labels) {
    textLike(key, "label key", /^[a-z][a-z0-9_-]{0,62}$/);
    textLike(label, "label value", /^[a-z0-9_-]{0,63}$/);
  }
}

/** @param allowed Besides `prettyPrint`. */
export function checkParameters(given: URLSearchParams, allowed: readonly string[]): void {
  for (const [key, value] of given) {
    if (![...allowed, "prettyPrint"].includes(key)) throw new Error(`Invalid query parameter ${key}`);
    if (["maxResults", "timeoutMs"].includes(key)) textLike(value, key, INT64);
  }
}
