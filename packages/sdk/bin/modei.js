#!/usr/bin/env node
/** The command line is a package of its own, so that who only calls an API loads no server. */
const INSTALL = 'npm install @modei/cli'

async function main() {
  const [major] = process.versions.node.split('.')
  if (Number(major) < 24) {
    throw new Error(
      `the command line needs Node 24 or later; this is ${process.versions.node} (the library works from 20 on)`,
    )
  }
  let cli
  try {
    cli = await import('@modei/cli')
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('@modei/cli')) throw error
    throw new Error(`the command line is not installed: run \`${INSTALL}\`, then \`npx modei\` again`)
  }
  await cli.main(process.argv.slice(2))
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
