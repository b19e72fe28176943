#!/usr/bin/env node
import { main } from '../lib/main.cjs';

await main(process.argv);
