#!/usr/bin/env node
// CommonJS: Node starts a tenth sooner where its loader of ES modules is not needed.
require('./code-cache.js');
require('../lib/main.cjs').main(process.argv);
