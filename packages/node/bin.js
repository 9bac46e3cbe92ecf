#!/usr/bin/env node
// The command cortex-audit-mock. This file is ECMAScript 5, so that an old Node can say that it is too old.
"use strict";

if (parseInt(process.versions.node, 10) < 20) {
  console.error(
    "error: cortex-audit-mock needs Node 20 or later, and this is Node " + process.versions.node +
      ": install a newer one, or the program alone, without Node (docs/install.md)"
  );
  process.exit(1);
}
require("./lib/command.js");
