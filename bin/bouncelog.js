#!/usr/bin/env node
// CommonJS: Node starts a tenth sooner where its loader of ES modules is not needed.
require('./code-cache.js').bundled('main.cjs').main(process.argv);
