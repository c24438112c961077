/**
 * What the operator sets: `assay.config.yaml` and the environment, checked, as one readonly object.
 * Imports std, diagnostics, definition, identity, warehouse. See ARCHITECTURE.md.
 */

export type { AuditSettings } from "./blocks/audit.ts";
export type { CacheSettings } from "./blocks/cache.ts";
export { eventSecretFrom } from "./blocks/events.ts";
export { type IdentityShape, identityFrom } from "./blocks/identity.ts";
export { hashKeyFrom } from "./blocks/policy.ts";
export type { Quota, QuotaSettings } from "./blocks/quotas.ts";
export { type OtlpSettings, otlpFrom } from "./blocks/telemetry.ts";
export { warehouseOptions } from "./blocks/warehouse.ts";
export { readSettings } from "./read.ts";
export { settingsJsonSchema } from "./schema.ts";
export { hasPassword } from "./secrets.ts";
export { SettingError } from "./setting-error.ts";
export type { Settings } from "./settings.ts";
export type { Variable } from "./variables.ts";
export { VARIABLES } from "./variables.ts";
