// SPDX-License-Identifier: Apache-2.0
// The extension for VS Code and the library that it is built on, under Node, without an editor:
//
//	node tests/lsp/vscode.js EXTENSION PROGRAM WORKSPACE
//
// The built extension is loaded with stand-ins for the modules of the editor, and must start a
// client with the server that its settings name. Then the protocol library speaks with it.
"use strict";
const child = require("child_process");
const fs = require("fs");
const path = require("path");
const Module = require("module");
const [, , extension, program, workspace] = process.argv;
const rpc = require(path.join(extension, "node_modules/vscode-jsonrpc/node"));
const protocol = require(path.join(extension, "node_modules/vscode-languageserver-protocol/node"));

function must(truth, what) {
  if (!truth) {
    console.error("failed: " + what);
    process.exit(1);
  }
}

async function load() {
  const started = [];
  const stand_ins = {
    vscode: {
      workspace: { getConfiguration: () => ({ get: (name, usual) =>
        name === "path" ? program : usual }) },
    },
    "vscode-languageclient/node": {
      LanguageClient: class {
        constructor(id, name, server, options) {
          started.push({ server, options });
        }
        async start() {}
        async stop() {}
      },
    },
  };
  const usual = Module._load;
  Module._load = (name, ...rest) => stand_ins[name] || usual(name, ...rest);
  const built = require(path.join(extension, "out/extension.js"));
  Module._load = usual;
  await built.activate({ subscriptions: [] });
  await built.deactivate();
  must(started.length === 1, "the extension starts one client");
  must(started[0].options.documentSelector.some((one) => one.language === "yaml"),
    "the client is for YAML");
  return started[0].server;
}

async function main() {
  const server = await load();
  must(server.command === program, "the settings name the program");
  const running = child.spawn(server.command, [...server.args, "--stdio"],
    { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => running.on("exit", resolve));
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(running.stdout), new rpc.StreamMessageWriter(running.stdin));
  const published = [];
  connection.onNotification(protocol.PublishDiagnosticsNotification.type,
    (params) => published.push(params));
  connection.onRequest(protocol.RegistrationRequest.type, () => null);
  connection.listen();
  const root = "file://" + workspace;
  const uri = root + "/web.yaml";
  const answer = await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: "w" }],
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  must(answer.capabilities.hoverProvider, "the server can hover");
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "yaml", version: 1,
      text: fs.readFileSync(path.join(workspace, "web.yaml"), "utf8")
        .replace("service-group: default", "service-group: nowhere") },
  });
  const hover = await connection.sendRequest(protocol.HoverRequest.type,
    { textDocument: { uri }, position: { line: 3, character: 9 } });
  must(hover.contents.value.includes("Service shop/web"), "hover names the Service");
  must(published.some((one) => one.uri === uri && one.diagnostics.some((it) => it.severity === 1)),
    "a group that does not exist is a finding; published: " + JSON.stringify(published));
  const items = await connection.sendRequest(protocol.CompletionRequest.type,
    { textDocument: { uri }, position: { line: 6, character: 29 } });
  must(items.some((item) => item.label === "default"), "completion has the group");
  await connection.sendRequest(protocol.ShutdownRequest.type);
  await connection.sendNotification(protocol.ExitNotification.type);
  must((await ended) === 0, "the server ends with 0");
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
