/** `npm run connector:build`: makes of connectors/data-studio the two files that Apps Script runs. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildConnector } from "./connector/bundle.ts";
import { CONNECTOR, readSettings } from "./connector/settings.ts";
import { told } from "./connector/told.ts";

const HELP = `Builds the Data Studio connector: Code.js and appsscript.json.

  npm run connector:build -- [flags]

  --settings FILE   what the connector is; default connectors/data-studio/connector.json,
                    else connector.template.json, whose server is http://127.0.0.1:4000
  --endpoint URL    instead of the servers of that file; may be repeated
  --auth-type TYPE  NONE, PATH_KEY, USER_TOKEN or OAUTH2
  --name NAME       what Data Studio calls it, at most 28 characters
  --cache           keep answers in the viewer's own cache (docs/data-studio.md says when)
  --out DIR         default connectors/data-studio/dist

Examples
  npm run connector:build
  npm run connector:build -- --endpoint https://metrics.example.com
  npm run connector:build -- --settings staging.json --out build/staging
`;

told(HELP, () => {
  const { values } = parseArgs({
    options: {
      settings: { type: "string" },
      endpoint: { type: "string", multiple: true },
      "auth-type": { type: "string" },
      name: { type: "string" },
      cache: { type: "boolean" },
      out: { type: "string", default: join(CONNECTOR, "dist") },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(HELP);
  const settings = readSettings(values.settings, {
    ...(values.endpoint && { endpoints: values.endpoint }),
    ...(values["auth-type"] !== undefined && { authType: values["auth-type"] }),
    ...(values.name !== undefined && { name: values.name }),
    ...(values.cache !== undefined && { cache: values.cache }),
  });
  buildConnector(settings, values.out);
  console.log(`Wrote ${join(values.out, "Code.js")} and appsscript.json for ${settings.build.endpoints.join(", ")}.`);
});
