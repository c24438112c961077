/** Door: what the connector for Data Studio asks. Imports every room above it but graphql and rest. See ARCHITECTURE.md. */
export type { DataSettings } from "./data.ts";
export { createDataStudioDoor } from "./door.ts";
export type * from "./protocol.ts";
