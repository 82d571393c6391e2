// `streamtool` on a launch script's PATH.

import { runStreamtool } from '../streamtool/run-streamtool.ts'

process.exitCode = await runStreamtool({
  words: process.argv.slice(2),
  environment: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
})
