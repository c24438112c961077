/** Doors under `/v1`: whole answers as files, and word of pipelines. Imports every room above it but graphql. See ARCHITECTURE.md. */
export { createEventsDoor, type EventsOptions } from "./events.ts";
export { createQueryDoor, type QueryDoorOptions } from "./query.ts";
