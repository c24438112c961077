/**
 * A PostgreSQL with the star in it, for `npm run bench` beside Cube: `node bench/postgres.ts PORT`. It ends with Ctrl-C,
 * and its rows with it.
 */
import { once } from "node:events";
import { makeData, startPostgres, temporaryFolder } from "../scripts/embedded-postgres.ts";
import { seedStar } from "./star.ts";

const folder = temporaryFolder();
await makeData(folder);
const server = await startPostgres(folder, {
  port: Number(process.argv[2] ?? 54_390),
  settings: ["fsync=off"],
  goesWithServer: true,
});
await seedStar(server.url("postgres"));
console.log(server.url("postgres"));
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await server.stop();
