/** Who may see what: resolved request to authorised query, or a refusal. Imports catalog, identity, request. See ARCHITECTURE.md. */
export { type Access, accessTo, hidesSmallGroups, type MaskedDimension, type ModelAccess } from "./access.ts";
export {
  type Authorization,
  type AuthorizedQuery,
  accessOf,
  authorizationOf,
  authorize,
  type Decision,
} from "./authorize.ts";
export { claimDeclarations } from "./claims.ts";
export { type AccessReport, explainAccess, type FieldReport, type ModelReport, type RoleReport } from "./explain.ts";
export { allows } from "./roles.ts";
export { metricUses, type Purpose, type Use } from "./uses.ts";
export { visibleTo } from "./visible.ts";
