// Judges Kusto queries by Microsoft's own parser and binder: one JSON object a line in, one verdict a line out.
//
//   node kusto-judge.mjs
//   in:  {"query": "…", "tables": {"StorageBlobLogs": {"TimeGenerated": "datetime", …}}}
//   out: {"errors": [{code, message, at}], "columns": {"Requests": "long", …}, "strings": ["…"], "kinds": ["LetStatement", …]}
//
// `columns` is what the query answers, `strings` the values of its string literals, as the parser reads them.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
require("@kusto/language-service-next/bridge.js"); // both define globals
require("@kusto/language-service-next/Kusto.Language.Bridge.js");
const { GlobalState, KustoCode, Symbols, Syntax } = Kusto.Language;

function globals(tables) {
  const symbols = Object.entries(tables).map(([name, columns]) => {
    const schema = Object.entries(columns).map(([column, type]) => `['${column}']: ${type}`);
    return new Symbols.TableSymbol.$ctor7(name, `(${schema.join(", ")})`, null);
  });
  const database = new Symbols.DatabaseSymbol.ctor("logs", symbols);
  return GlobalState.Default.WithDatabase(database);
}

function listed(list) {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}

function judge({ query, tables }) {
  const code = KustoCode.ParseAndAnalyze(query, globals(tables));
  const errors = listed(code.GetDiagnostics())
    .filter((item) => item.Severity === "Error")
    .map((item) => ({ code: item.Code, message: item.Message, at: query.slice(item.Start, item.Start + item.Length) }));
  const columns = code.ResultType?.Columns ? listed(code.ResultType.Columns).map((item) => [item.Name, item.Type.Name]) : [];
  const strings = listed(code.Syntax.GetDescendants(Syntax.LiteralExpression))
    .filter((item) => item.Kind === Syntax.SyntaxKind.StringLiteralExpression)
    .map((item) => item.LiteralValue);
  const statements = listed(code.Syntax.GetDescendants(Syntax.Statement));
  const kinds = statements.map((item) => item.Kind).map((kind) => System.Enum.toString(Syntax.SyntaxKind, kind));
  return { errors, columns: Object.fromEntries(columns), strings, kinds };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
}
