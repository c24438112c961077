import type { ConfigItem } from "../../../src/data-studio/protocol.ts";
import { BUILD } from "./build.ts";
import { endpointsOfViewer } from "./credentials.ts";
import { chosenEndpoint, endpointOf } from "./endpoints.ts";
import { badAnswer } from "./problem.ts";
import { ask, deadline } from "./server.ts";
import { isObject } from "./text.ts";
import { withoutEndpoint } from "./wire.ts";

/** The questions of a data source: the server is the connector's own, and the rest are what that server asks. */
export function configFor(request: unknown): object {
  const configParams = isObject(request) ? request["configParams"] : undefined;
  const config = DataStudioApp.createCommunityConnector().getConfig();
  config.setDateRangeRequired(true);
  addEndpoints(config);
  // One that was left out of a later build is chosen anew: an error here would leave no way to do so.
  if (!isChosen(chosenEndpoint(configParams))) return config.setIsSteppedConfig(true).build();
  const answers = withoutEndpoint(configParams);
  const { items, isSteppedConfig } = ask(
    endpointOf(configParams),
    "config",
    answers === null ? {} : { configParams: answers },
    deadline(),
  ).body;
  if (!Array.isArray(items) || typeof isSteppedConfig !== "boolean") throw badAnswer("no questions");
  for (const item of items as readonly ConfigItem[]) addItem(config, item);
  return config.setIsSteppedConfig(isSteppedConfig).build();
}

function isChosen(endpoint: string | null): boolean {
  return endpoint === null ? BUILD.endpoints.length === 1 : BUILD.endpoints.includes(endpoint);
}

type Config = GoogleAppsScript.Data_Studio.Config;

function addEndpoints(config: Config): void {
  const select = config
    .newSelectSingle()
    .setId("endpoint")
    .setName("Metrics server")
    .setHelpText("The server that the numbers come from. It is sent who you are, and shows what you may see.");
  for (const endpoint of endpointsOfViewer()) {
    const label = endpoint.replace(/^https?:\/\//, "");
    select.addOption(config.newOptionBuilder().setLabel(label).setValue(endpoint));
  }
  // What another server offers are other answers.
  if (BUILD.endpoints.length > 1) select.setIsDynamic(true);
}

function addItem(config: Config, item: ConfigItem): void {
  switch (item.type) {
    case "INFO":
      config.newInfo().setId(item.name).setText(item.text);
      return;
    case "CHECKBOX":
      describe(config.newCheckbox(), item);
      return;
    case "SELECT_SINGLE":
    case "SELECT_MULTIPLE": {
      const select = item.type === "SELECT_SINGLE" ? config.newSelectSingle() : config.newSelectMultiple();
      describe(select, item);
      for (const { label, value } of item.options) {
        select.addOption(config.newOptionBuilder().setLabel(label).setValue(value));
      }
      return;
    }
    default:
      throw badAnswer("a question of an unknown kind");
  }
}

type Question =
  | GoogleAppsScript.Data_Studio.Checkbox
  | GoogleAppsScript.Data_Studio.SelectSingle
  | GoogleAppsScript.Data_Studio.SelectMultiple;

function describe(question: Question, item: Exclude<ConfigItem, { readonly type: "INFO" }>): void {
  question.setId(item.name).setName(item.displayName).setHelpText(item.helpText);
  // Data Studio takes one of the two at most.
  if (item.isDynamic) question.setIsDynamic(true);
  else if (item.allowOverride) question.setAllowOverride(true);
}
