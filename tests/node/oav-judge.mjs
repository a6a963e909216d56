// Judges HTTP exchanges by Azure's own specifications: one JSON object a line in, one verdict a line out.
//
//   node oav-judge.mjs DIRECTORY        DIRECTORY holds `specification/` of azure-rest-api-specs
//   in:  {"dataPlane": false, "liveRequest": {method, url, headers, body}, "liveResponse": {statusCode, headers, body}}
//   out: {"operation": "StorageAccounts_List" | null, "errors": [{where, code, message, paths}]}
//
// Beyond what oav does, names of the query that the operation does not declare are errors (UNDECLARED_QUERY): Azure
// would ignore them without a word. `operation` is null when no specification knows the call (path, method or api-version); the reason is then an error.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { LiveValidator } = createRequire(import.meta.url)("oav/dist/lib/liveValidation/liveValidator.js");

const CONTROL_PLANE = [
  "resources/resource-manager/Microsoft.Resources/stable/2022-12-01/subscriptions.json",
  "cognitiveservices/resource-manager/Microsoft.CognitiveServices/stable/2025-06-01/*.json",
  "storage/resource-manager/Microsoft.Storage/stable/2025-01-01/*.json",
  "authorization/resource-manager/Microsoft.Authorization/stable/2022-04-01/*Calls.json",
  "operationalinsights/resource-manager/Microsoft.OperationalInsights/stable/2025-02-01/{Workspaces,Tables,DataExports}.json",
  "monitor/resource-manager/Microsoft.Insights/preview/2021-05-01-preview/*.json",
];
const DATA_PLANE = ["ai/data-plane/DocumentIntelligence/stable/2024-11-30/DocumentIntelligence.json"];

async function validator(directory, patterns, isArmCall) {
  const quiet = () => undefined;
  const live = new LiveValidator(
    {
      directory: `${directory}/specification`,
      swaggerPathsPattern: patterns,
      excludedSwaggerPathsPattern: [],
      swaggerPaths: [],
      git: { shouldClone: false },
      isArmCall,
      loadValidatorInBackground: false, // validators are built when first needed
    },
    quiet,
  );
  await live.initialize();
  return live;
}

function issues(where, result) {
  if (result.runtimeException) {
    const { code, message } = result.runtimeException;
    return [{ where, code, message, paths: [] }];
  }
  return result.errors.map(({ code, message, pathsInPayload }) => ({ where, code, message, paths: pathsInPayload }));
}

// What stands in links to further pages, which nobody declares because nobody is to make them.
const CONTINUATIONS = new Set(["$skiptoken", "nextlink"]);

function undeclaredQuery(live, { method, url }) {
  const { info, error } = live.getOperationInfo({ method, url, headers: {} });
  if (error) return [];
  const parameters = (info.operationMatch.operation.parameters ?? []).map((item) => live.loader.jsonLoader.resolveRefObj(item));
  const declared = new Set(parameters.filter((item) => item.in === "query").map((item) => item.name.toLowerCase()));
  const used = [...new URL(url).searchParams.keys()].map((name) => name.toLowerCase());
  return used
    .filter((name) => !declared.has(name) && !CONTINUATIONS.has(name))
    .map((name) => ({ where: "request", code: "UNDECLARED_QUERY", message: `No such query parameter: ${name}`, paths: [] }));
}

async function judge(live, { liveRequest, liveResponse }) {
  const undeclared = undeclaredQuery(live, liveRequest);
  const verdict = await live.validateLiveRequestResponse({ liveRequest, liveResponse });
  if (verdict.runtimeException) {
    const { code, message } = verdict.runtimeException;
    return { operation: null, errors: [{ where: "pair", code, message, paths: [] }] };
  }
  const { requestValidationResult: request, responseValidationResult: response } = verdict;
  const known = request.operationInfo.operationId;
  if (!known || known === "unknownOperationId") {
    return { operation: null, errors: issues("request", request) };
  }
  return { operation: known, errors: [...undeclared, ...issues("request", request), ...issues("response", response)] };
}

const [directory] = process.argv.slice(2);
const [arm, data] = await Promise.all([validator(directory, CONTROL_PLANE, true), validator(directory, DATA_PLANE, false)]);
for await (const line of createInterface({ input: process.stdin })) {
  const exchange = JSON.parse(line);
  const verdict = await judge(exchange.dataPlane ? data : arm, exchange);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}
