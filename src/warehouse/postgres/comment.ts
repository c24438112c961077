import type { StatementOrigin } from "../warehouse.ts";

/**
 * A first line that tells whoever looks at the server for whom a statement runs. It stands in front because the server's
 * views cut long texts. No value can end it: only letters, digits and `_.,:-` are let through, others become `_`.
 */
export function commentOf({ requestId, metrics, principal, consumer }: StatementOrigin): string {
  const parts = {
    request: plain(requestId, 64),
    consumer: plain(consumer, 64),
    principal: plain(principal, 64),
    metrics: plain(metrics.join(","), 256),
  };
  const said = Object.entries(parts).map(([name, value]) => `${name}=${value}`);
  return `/* assay ${said.join(" ")} */\n`;
}

function plain(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[^A-Za-z0-9_.,:-]/g, "_");
}
