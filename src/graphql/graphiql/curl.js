// A question as a command of curl, for shells like those of Linux and macOS.

/**
 * @param {{ url: string, query: string, variables?: object, operationName?: string | null, token?: string, withSecret?: boolean }} asked
 *   `token`: asked with one. Unless `withSecret`, its place in the command is the variable ASSAY_TOKEN.
 */
export function curlCommand({ url, query, variables, operationName, token, withSecret }) {
  const body = { query, ...(variables && { variables }), ...(operationName && { operationName }) };
  const authorization = withSecret
    ? shellQuoted(`authorization: Bearer ${token}`)
    : '"authorization: Bearer $ASSAY_TOKEN"';
  return [
    `curl -sS ${shellQuoted(url)}`,
    `-H ${shellQuoted("content-type: application/json")}`,
    ...(token ? [`-H ${authorization}`] : []),
    `--data-binary ${shellQuoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/** Between single quotes a shell changes nothing; only the quote itself has to step outside. */
function shellQuoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
