/** Each tool is called once, in an order in which each finds what it needs, on a real server. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { AgentCredentials, PassportIssuer, signAssertion } from 'modei/passport'
import { startServer } from '../../server/test/harness.ts'
import { tools } from '../src/index.ts'

type Arguments = Record<string, unknown>
/** What was answered so far, by tool. */
type Answers = Map<string, Record<string, unknown>>

const GATE = { gate_id: 'gate_shop' }
const DAY = { period_start: '2026-01-01', period_end: '2026-01-31' }

function selfIssued() {
  const credentials = AgentCredentials.generate()
  const issuer = new PassportIssuer(credentials, { identityClaim: 'Tester' })
  const { envelope, passport_json, signature } = issuer.selfIssue({
    permissions: [{ permission_key: 'buy' }],
    expiresIn: '1d',
  })
  return { credentials, passport_id: envelope.passport_id, passport: { passport_json, signature } }
}

/** Arguments of each tool; tools are called in this order, which is that of the life of a gate. */
function plan(t: Pick<TestContext, 'name'>): [tool: string, args: (answers: Answers) => Arguments][] {
  const own = selfIssued()
  const idOf = (answers: Answers, tool: string, member: string) =>
    String(answers.get(tool)?.[member] ?? `no ${member} of ${tool} (${t.name})`)
  const passport = (answers: Answers) => ({ passport_id: idOf(answers, 'issue_passport', 'passport_id') })
  const record = (answers: Answers) => ({ attestation_id: idOf(answers, 'enforce_action', 'attestation_id') })
  const held = (tool: string) => (answers: Answers) => ({
    approval_id: idOf(answers, tool, 'approval_request_id'),
  })
  const gate = () => GATE
  const nothing = () => ({})
  return [
    ['create_gate', () => ({ name: 'Shop', ...GATE, allow_self_issued: true, is_discoverable: true })],
    ['list_gates', nothing],
    ['get_gate', gate],
    ['update_gate', () => ({ ...GATE, description: 'Tea' })],
    ['get_gate_public', gate],
    [
      'create_catalog',
      () => ({ ...GATE, permissions: [{ permission_key: 'buy' }, { permission_key: 'sell' }] }),
    ],
    ['get_catalog', gate],
    ['get_catalog_impact', gate],
    ['publish_catalog', gate],
    ['list_catalog_versions', gate],
    ['get_catalog_version', () => ({ ...GATE, version: 1 })],
    ['create_issuer', () => ({ name: 'House' })],
    ['list_issuers', nothing],
    ['get_issuer', (answers) => ({ issuer_id: idOf(answers, 'create_issuer', 'issuer_id') })],
    [
      'update_issuer',
      (answers) => ({ issuer_id: idOf(answers, 'create_issuer', 'issuer_id'), name: 'Home' }),
    ],
    ['rotate_issuer_key', (answers) => ({ issuer_id: idOf(answers, 'create_issuer', 'issuer_id') })],
    [
      'create_passport',
      (answers) => ({
        issuer_id: idOf(answers, 'create_issuer', 'issuer_id'),
        agent_id: 'b',
        permissions: ['buy'],
      }),
    ],
    ['list_platform_passports', nothing],
    ['issue_passport', () => ({ ...GATE, agent_id: 'a', permissions: ['buy', 'sell'] })],
    ['list_passports', gate],
    ['get_passport', (answers) => ({ ...GATE, ...passport(answers) })],
    ['get_platform_passport', passport],
    ['verify_passport', () => own.passport],
    ['register_passport', () => own.passport],
    ['check_gate', (answers) => ({ ...GATE, ...passport(answers), action: 'buy' })],
    [
      'authorize_dry_run',
      (answers) => ({ ...GATE, passport: passport(answers), requested_permission: 'buy' }),
    ],
    ['enforce_action', (answers) => ({ ...passport(answers), action: 'buy' })],
    ['list_enforcement_attestations', passport],
    ['get_enforcement_attestations', passport],
    ['get_enforcement_attestation', record],
    ['verify_enforcement_attestation', record],
    [
      'record_attestation',
      (answers) => ({ ...GATE, ...passport(answers), permission: 'buy', result: 'allowed' }),
    ],
    ['list_attestations', gate],
    ['get_attestations', gate],
    ['list_workspace_attestations', nothing],
    ['get_attestation', record],
    ['verify_attestation', record],
    ['get_gate_checkpoint', gate],
    ['list_constraint_types', nothing],
    ['list_constraint_templates', nothing],
    [
      'create_constraint_template',
      () => ({ slug: 'slow', name: 'Slow', constraints: { 'core:rate:max_per_minute': 5 } }),
    ],
    ['apply_constraint_template', (answers) => ({ ...passport(answers), template_slug: 'slow' })],
    ['get_constraints', passport],
    [
      'set_constraints',
      (answers) => ({ ...passport(answers), constraints: { 'core:approval:required': true } }),
    ],
    ['list_constraint_history', passport],
    ['get_cumulative_state', passport],
    ['reset_cumulative_state', passport],
    ['enforce_action', (answers) => ({ ...passport(answers), action: 'sell' })],
    ['list_approvals', nothing],
    ['get_approval', held('enforce_action')],
    ['approve_action', held('enforce_action')],
    ['enforce_action', (answers) => ({ ...passport(answers), action: 'sell', target: 'other' })],
    ['deny_action', held('enforce_action')],
    ['send_supervision_heartbeat', nothing],
    [
      'issue_consumption_attestation',
      (answers) => ({ ...GATE, ...passport(answers), action: 'buy', outcome: 'success' }),
    ],
    ['generate_settlement', () => ({ ...GATE, period_type: 'monthly', ...DAY })],
    ['list_settlements', gate],
    ['get_billing_summary', gate],
    ['get_settlement', () => ({ settlement_id: 'stl_00000000000000000000000000000000' })],
    [
      'update_settlement_status',
      () => ({ settlement_id: 'stl_00000000000000000000000000000000', status: 'invoiced' }),
    ],
    ['get_sla_compliance', () => ({ ...GATE, ...DAY })],
    ['set_anonymous_policy', () => ({ ...GATE, enabled: true, allowed_actions: ['buy'] })],
    ['get_anonymous_policy', gate],
    ['get_anonymous_log', gate],
    ['discover_services', () => ({ capability: 'buy' })],
    [
      'send_agent_heartbeat',
      (answers) => ({
        agent_id: 'a',
        ...passport(answers),
        ...{
          sdk: 'modei',
          sdk_version: '1.0.0',
          runtime: 'node',
          env: 'test',
          started_at: '2026-01-01T00:00:00.000Z',
        },
      }),
    ],
    ['list_agents', nothing],
    ['create_api_key', () => ({ name: 'ci' })],
    ['list_api_keys', nothing],
    ['revoke_api_key', (answers) => ({ key_id: idOf(answers, 'create_api_key', 'id') })],
    ['reissue_passport', passport],
    ['revoke_passport', (answers) => ({ ...GATE, ...passport(answers) })],
    [
      'revoke_platform_passport',
      (answers) => ({ passport_id: idOf(answers, 'create_passport', 'passport_id') }),
    ],
    ['revoke_self_issued_passport', () => revocation(own)],
    ['get_gate_revocations', gate],
    ['delete_issuer', (answers) => ({ issuer_id: idOf(answers, 'create_issuer', 'issuer_id') })],
    ['rotate_gate_key', gate],
    ['delete_gate', gate],
  ]
}

function revocation({ credentials, passport_id }: ReturnType<typeof selfIssued>): Arguments {
  const statement = {
    passport_id,
    action: 'revoke' as const,
    nonce: crypto.randomUUID(),
    revoked_at: new Date().toISOString(),
  }
  return { passport_id, ...signAssertion(statement, credentials.privateKey) }
}

/** Tools that have nothing to find here, and say so. */
const MAY_BE_ABSENT = new Set(['get_settlement', 'update_settlement_status', 'generate_settlement'])

test('every tool answers what it is for, and none fails inside', async (t) => {
  const server = await startServer(t)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${server.keys.own}` } },
    }),
  )
  t.after(() => client.close())
  // Listed first, so that every answer is held to the schema that the tool gives for it.
  await client.listTools()
  const steps = plan(t)
  const answers: Answers = new Map()
  const failures: string[] = []
  for (const [tool, args] of steps) {
    const result = await client.callTool({ name: tool, arguments: args(answers) })
    if (result.isError !== true) answers.set(tool, Object(result.structuredContent))
    else if (!MAY_BE_ABSENT.has(tool) || /internal/.test(JSON.stringify(result.content)))
      failures.push(`${tool}: ${JSON.stringify(result.content)}`)
  }
  const planned = new Set(steps.map(([tool]) => tool))
  for (const { name, arguments: takes } of tools) {
    if (planned.has(name)) continue
    const guessed = Object.keys(takes.schema.shape).includes('gate_id') ? GATE : {}
    const result = await client.callTool({ name, arguments: guessed })
    if (/\binternal\b/.test(JSON.stringify(result.content)))
      failures.push(`${name}: ${JSON.stringify(result.content)}`)
  }
  assert.deepEqual(failures, [])
})
