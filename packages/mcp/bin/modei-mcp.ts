#!/usr/bin/env node
import { runStdio, VERSION } from '../src/index.ts'

const HELP = `modei-mcp ${VERSION}: the Modei API as tools of the Model Context Protocol, over standard input and output

Environment
  MODEI_API_KEY       API key (needed)
  MODEI_API_URL       server, such as http://localhost:3000 (default https://modei.ai)
  MODEI_MCP_PROFILE   full | operator | agent | auditor (default full)
  MODEI_AGENT_ID      with MODEI_PASSPORT_ID: tell the server that this agent has started
`

const [flag] = process.argv.slice(2)
if (flag === '--help' || flag === '-h') process.stdout.write(HELP)
else if (['--version', '-V', '-v'].includes(flag ?? '')) process.stdout.write(`${VERSION}\n`)
else {
  try {
    runStdio(process.env)
  } catch (error) {
    process.stderr.write(`modei-mcp: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
