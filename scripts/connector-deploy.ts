/** `npm run connector:deploy`: builds the connector, puts it where Data Studio finds it, and says where that is. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildConnector } from "./connector/bundle.ts";
import { ClaspError, clasp } from "./connector/clasp.ts";
import {
  CONNECTOR,
  type ConnectorSettings,
  loopbackEndpoints,
  readSettings,
  SettingsError,
} from "./connector/settings.ts";
import { told } from "./connector/told.ts";

const HELP = `Builds the Data Studio connector and deploys it with clasp, which npx fetches.

  npm run connector:deploy -- [flags]

  --settings FILE     what the connector is; default connectors/data-studio/connector.json
  --project DIR       where .clasp.json and deployment.json are, or are written; default connectors/data-studio.
                      One directory a deployment
  --description TEXT  what the list of deployments says of this version

Once, before the first time
  1. Turn the Apps Script API on at https://script.google.com/home/usersettings
  2. npx @google/clasp@3.4.1 login
  3. Copy connectors/data-studio/connector.template.json to connector.json beside it, and fill it in

Examples
  npm run connector:deploy
  npm run connector:deploy -- --description "Asks metrics.example.com"
  npm run connector:deploy -- --settings staging.json --project connectors/staging
`;

told(HELP, () => {
  const { values } = parseArgs({
    options: {
      settings: { type: "string" },
      project: { type: "string", default: CONNECTOR },
      description: { type: "string", default: "npm run connector:deploy" },
      help: { type: "boolean" },
    },
  });
  if (values.help) console.log(HELP);
  else deploy(readSettings(values.settings), values.project, values.description);
});

function deploy(settings: ConnectorSettings, project: string, description: string): void {
  const unreachable = loopbackEndpoints(settings);
  if (unreachable.length > 0) {
    throw new SettingsError(
      `Google cannot reach ${unreachable.join(", ")}. Copy connectors/data-studio/connector.template.json to connector.json and name your servers under "endpoints".`,
    );
  }
  const out = join(project, "dist");
  buildConnector(settings, out);
  console.log("Built. Asking clasp, which npx fetches the first time: that takes a minute.");
  checkSignIn(project);
  if (!existsSync(join(project, ".clasp.json"))) {
    clasp(project, ["create-script", "--type", "standalone", "--title", settings.gallery.name, "--rootDir", "dist"]);
    // What it made is fetched over ours.
    buildConnector(settings, out);
  }
  clasp(project, ["push", "--force"]);
  const id = putDeployment(project, description);
  console.log(`Deployed ${id}. Whoever opens this makes a data source of it:
https://lookerstudio.google.com/datasources/create?connectorId=${id}`);
}

function checkSignIn(project: string): void {
  const { loggedIn } = clasp(project, ["show-authorized-user"]);
  if (loggedIn === true) return;
  throw new ClaspError("You are not signed in to Google. Run: npx @google/clasp@3.4.1 login");
}

/** The first time a new one, afterwards the same: data sources point at it. */
function putDeployment(project: string, description: string): string {
  const file = join(project, "deployment.json");
  const known = existsSync(file) ? readId(JSON.parse(readFileSync(file, "utf8"))) : null;
  if (known !== null) {
    clasp(project, ["update-deployment", known, "--description", description]);
    return known;
  }
  const made = readId(clasp(project, ["create-deployment", "--description", description]));
  if (made === null)
    throw new ClaspError("clasp did not say which deployment it made. See: npx @google/clasp@3.4.1 list-deployments");
  writeFileSync(file, `${JSON.stringify({ deploymentId: made }, null, 2)}\n`);
  return made;
}

function readId({ deploymentId }: Readonly<Record<string, unknown>>): string | null {
  return typeof deploymentId === "string" && /^[\w-]+$/.test(deploymentId) ? deploymentId : null;
}
