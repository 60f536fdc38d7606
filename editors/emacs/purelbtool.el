;;; purelbtool.el --- purelbtool with eglot  -*- lexical-binding: t -*-
;; SPDX-License-Identifier: Apache-2.0
;; M-x eglot in a YAML buffer starts the server; with the hook it starts by itself.
(require 'eglot)
(add-to-list 'eglot-server-programs
             '((yaml-mode yaml-ts-mode) . ("purelbtool" "lsp")))
(add-hook 'yaml-ts-mode-hook #'eglot-ensure)
(provide 'purelbtool)
;;; purelbtool.el ends here
