#!/usr/bin/env node
// The `ringlab` command as npm installs it: the same door as `npm run -s ringlab -- ...`.
process.argv.splice(2, 0, "ringlab");
await import("./bootstrap.mjs");
