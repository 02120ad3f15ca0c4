/**
 * Runs the published Python client against this server: `npm run test:python [-- pytest's arguments]`. Needs Python 3
 * with pip; what the tests import is installed into `.venv-python`, made anew when `requirements.txt` changes.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TESTS = `${ROOT}tests/python`
const VENV = `${ROOT}.venv-python`
const PYTHON = `${VENV}/bin/python`
const REQUIREMENTS = `${TESTS}/requirements.txt`
const INSTALLED = `${VENV}/installed-requirements.txt`

function stop(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  if (error !== undefined) stop(`${command} could not be run: ${error.message}`)
  return status ?? 1
}

function makeEnvironment(): void {
  const system = process.env.PYTHON ?? 'python3'
  if (!succeeds(system, ['--version'])) {
    stop(
      `test:python needs Python 3, and \`${system}\` is not here: install it, or name another one in PYTHON`,
    )
  }
  if (!succeeds(system, ['-c', 'import ensurepip, venv'])) {
    stop(
      `test:python needs Python's venv and pip, which \`${system}\` lacks (on Debian: apt-get install python3-venv)`,
    )
  }
  rmSync(VENV, { recursive: true, force: true })
  const made =
    run(system, ['-m', 'venv', VENV]) === 0 &&
    run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]) === 0
  if (!made) stop('test:python could not install what tests/python/requirements.txt names')
  copyFileSync(REQUIREMENTS, INSTALLED)
}

function isCurrent(): boolean {
  return (
    existsSync(INSTALLED) &&
    readFileSync(INSTALLED, 'utf8') === readFileSync(REQUIREMENTS, 'utf8') &&
    succeeds(PYTHON, ['-c', 'import modei, pytest'])
  )
}

if (!isCurrent()) makeEnvironment()
const args = process.argv.slice(2)
process.exit(
  run(PYTHON, ['-m', 'pytest', '-c', `${TESTS}/pytest.ini`, ...(args.length === 0 ? [TESTS] : args)], {
    ...process.env,
    MODEI_NODE: process.execPath,
    PYTHONDONTWRITEBYTECODE: '1',
  }),
)
