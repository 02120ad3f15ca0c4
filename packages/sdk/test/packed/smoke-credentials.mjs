// The one entry that touches files, for runtimes that have `node:fs`.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentCredentials } from 'modei/credentials'
import { PassportIssuer, PassportVerifier } from 'modei/passport'

const directory = mkdtempSync(join(tmpdir(), 'modei-smoke-'))
try {
  const path = join(directory, 'agent.json')
  const made = AgentCredentials.loadOrCreate(path)
  const loaded = AgentCredentials.load(path)
  if ((statSync(path).mode & 0o777) !== 0o600)
    throw new Error('not so: a credentials file is for its owner only')
  if (made.agentId !== loaded.agentId) throw new Error('not so: a credentials file gives the same agent back')
  const signed = new PassportIssuer(loaded).selfIssue({
    permissions: [{ permission_key: 'read' }],
    expiresIn: 60,
  })
  if (!new PassportVerifier().verify(signed.envelope, signed.signature).valid)
    throw new Error('not so: its key signs')
} finally {
  rmSync(directory, { recursive: true })
}
