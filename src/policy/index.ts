/** Who may see what: resolved request to authorised query, or a refusal. Imports identity, request. See ARCHITECTURE.md. */
export type { AuthorizedQuery } from "./authorize.ts";
export { authorize } from "./authorize.ts";
