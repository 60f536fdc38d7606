-- SPDX-License-Identifier: Apache-2.0
-- Starts `purelbtool lsp` for YAML and JSON (neovim 0.8 or newer).
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "yaml", "json" },
  callback = function(event)
    local marks = vim.fs.find({ ".purelbtool.yaml", ".git" }, {
      upward = true,
      path = vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf)),
    })
    vim.lsp.start({
      name = "purelbtool",
      cmd = { "purelbtool", "lsp" },
      root_dir = marks[1] and vim.fs.dirname(marks[1]) or vim.loop.cwd(),
    })
  end,
})
