-- SPDX-License-Identifier: Apache-2.0
-- neovim's own client against the server: findings, hover, completion, definition, fixes. Prints "fine".
local root = os.getenv("ROOT")
local uri = "file://" .. root .. "/web.yaml"

local function say(text)
  io.stdout:write("\n" .. text .. "\n")
end

local function must(truth, what)
  if not truth then
    say("failed: " .. what)
    vim.cmd("cquit 1")
  end
  return truth
end

local client_id = vim.lsp.start_client({
  name = "purelbtool",
  cmd = { os.getenv("PURELBTOOL"), "lsp", "--stdio" },
  root_dir = root,
})
must(client_id, "the server starts")
must(vim.lsp.buf_attach_client(0, client_id), "the buffer is attached")
must(vim.wait(20000, function()
  local client = vim.lsp.get_client_by_id(client_id)
  return client and client.server_capabilities and client.server_capabilities.hoverProvider
end, 20), "the server answers")

local function ask(method, line, character)
  local answers = vim.lsp.buf_request_sync(0, method, {
    textDocument = { uri = uri },
    position = { line = line, character = character },
  }, 20000)
  local answer = must(answers and answers[client_id], method .. " is answered")
  return must(answer.result, method .. " has a result")
end

local hover = ask("textDocument/hover", 3, 9)
must(hover.contents.value:find("192.0.2.16", 1, true), "hover names the address")
vim.api.nvim_buf_set_lines(0, 6, 7, false, { "    purelb.io/service-group: nowhere" })
must(vim.wait(20000, function()
  local found = vim.diagnostic.get(0)
  return #found == 1 and found[1].lnum == 6 and found[1].col == 29
end, 20), "an edit brings a finding at its place")
vim.api.nvim_buf_set_lines(0, 6, 7, false, { "    purelb.io/service-group: default" })
must(vim.wait(20000, function()
  return #vim.diagnostic.get(0) == 0
end, 20), "and taking it back takes the finding away")
local items = ask("textDocument/completion", 6, 29)
must(#items == 1 and items[1].label == "default", "completion has the group")
local places = ask("textDocument/definition", 6, 30)
must(places[1].uri:find("pools.yaml", 1, true), "definition leads to the group")
vim.api.nvim_buf_set_lines(0, 6, 7, false, { "    purelb.io/service-group: defualt" })
must(vim.wait(20000, function()
  return #vim.diagnostic.get(0) == 1
end, 20), "a misspelled name is a finding")
vim.api.nvim_win_set_cursor(0, { 7, 30 })
vim.ui.select = function(items, _, on_choice)
  on_choice(items[1], 1)
end
vim.lsp.buf.code_action()
must(vim.wait(20000, function()
  return vim.api.nvim_buf_get_lines(0, 6, 7, false)[1] == "    purelb.io/service-group: default"
end, 20), "its fix is applied")
vim.lsp.stop_client(client_id)
must(vim.wait(20000, function()
  return vim.lsp.client_is_stopped(client_id)
end, 20), "the server stops")
say("fine")
vim.cmd("qall!")
