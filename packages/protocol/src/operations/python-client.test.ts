import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { readVectors } from '../../test/read-vectors.ts'
import {
  type ApiVersion,
  CANONICAL_DECISIONS,
  type CanonicalDecision,
  type DecisionKind,
  ENGINE_DECISIONS,
  spellDecision,
} from '../decision-words.ts'
import { type OperationId, operations } from './index.ts'

interface ModelField {
  types: string[]
  enum?: unknown[]
  required?: boolean
}
type Models = Record<string, Record<string, ModelField>>

const CLIENTS: [client: string, version: ApiVersion][] = [
  ['1.1.0a1', '2026-04-22'],
  ['1.1.0a2', '2026-05-14'],
]

/** Which model the client's users parse an answer with, and where in the answer it stands. */
const ANSWERS: [model: string, ids: OperationId[], member?: string][] = [
  ['Gate', ['list_gates', 'create_gate', 'get_gate', 'update_gate', 'replace_gate']],
  [
    'Passport',
    [
      'list_passports',
      'issue_passport',
      'get_passport',
      'list_platform_passports',
      'create_passport',
      'get_platform_passport',
    ],
  ],
  ['Issuer', ['list_issuers', 'create_issuer', 'get_issuer', 'update_issuer']],
  [
    'Attestation',
    ['list_attestations', 'record_attestation', 'list_workspace_attestations', 'get_attestation'],
  ],
  ['CatalogSnapshot', ['get_catalog', 'create_catalog']],
  ['PublishedCatalog', ['get_catalog_version']],
  ['PublishResult', ['publish_catalog']],
  ['ConstraintType', ['list_constraint_types']],
  ['ConstraintTemplate', ['list_constraint_templates', 'create_constraint_template']],
  ['EnforceResult', ['enforce_action']],
  ['EnforcementAttestation', ['list_enforcement_attestations', 'get_enforcement_attestation']],
  ['AnonymousPolicy', ['get_anonymous_policy', 'set_anonymous_policy']],
  ['CumulativeState', ['get_cumulative_state']],
  ['ConsumeResult', ['issue_consumption_attestation']],
  ['DiscoveryResult', ['discover_services'], 'results'],
  ['DiscoveryResult', ['discover_services'], 'services'],
  ['SettlementSummary', ['generate_settlement', 'get_settlement', 'update_settlement_status']],
  ['SettlementSummary', ['list_settlements'], 'settlements'],
  ['SLAComplianceReport', ['get_sla_compliance']],
  ['SLAMetric', ['get_sla_compliance'], 'metrics'],
  ['CheckResult', ['check_gate']],
  ['ReissueResult', ['reissue_passport']],
  ['VerifyResult', ['verify_attestation', 'verify_enforcement_attestation']],
]

type Json = Record<string, unknown>

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The object inside an answer: of the list, or of the list that is a member. */
function answered(
  id: OperationId,
  member: string | undefined,
): { fields: Json; required: unknown; defs: Json } {
  const schema = asJson(z.toJSONSchema(operations[id].response, { io: 'output' }))
  const defs = asJson(schema.$defs)
  let object = resolve(schema, defs)
  if (member !== undefined) object = resolve(asJson(asJson(object.properties)[member]), defs)
  if (object.type === 'array') object = resolve(asJson(object.items), defs)
  return { fields: asJson(object.properties), required: object.required, defs }
}

function resolve(schema: Json, defs: Json): Json {
  return typeof schema.$ref === 'string' ? asJson(defs[schema.$ref.replace('#/$defs/', '')]) : schema
}

function typesOf(schema: Json, defs: Json): unknown[] {
  const { anyOf, type } = resolve(schema, defs)
  if (Array.isArray(anyOf)) return anyOf.flatMap((part) => typesOf(asJson(part), defs))
  return Array.isArray(type) ? type : [type]
}

for (const [client, version] of CLIENTS) {
  const { models } = readVectors<{ models: Models }>(`python-client/models-${client}.json`)
  describe(`modei-python ${client}`, () => {
    for (const [model, ids, member] of ANSWERS) {
      for (const id of ids) {
        test(`${id}${member === undefined ? '' : ` ${member}`} parses as ${model}`, () => {
          const { fields, required, defs } = answered(id, member)
          assert.ok(Array.isArray(required))
          for (const [name, field] of Object.entries(models[model] ?? {})) {
            assert.ok(name in fields, `${name} is missing`)
            // `upgrade_…`-like members may be absent; what the model knows may not.
            assert.ok(required.includes(name), `${name} may be absent`)
            for (const type of typesOf(asJson(fields[name]), defs)) {
              assert.ok(field.types.includes(String(type)), `${name} is ${type}, not ${field.types}`)
            }
          }
        })
      }
    }

    const spelled: [
      model: string,
      kind: DecisionKind,
      decisions: readonly CanonicalDecision[],
      id: OperationId,
    ][] = [
      ['EnforceResult', 'enforce', ENGINE_DECISIONS, 'enforce_action'],
      ['EnforcementAttestation', 'enforce', CANONICAL_DECISIONS, 'get_enforcement_attestation'],
      ['Attestation', 'enforce', CANONICAL_DECISIONS, 'get_attestation'],
      ['Attestation', 'check', CANONICAL_DECISIONS, 'get_attestation'],
      ['CheckResult', 'check', ['allow', 'block'], 'check_gate'],
    ]
    for (const [model, kind, decisions, id] of spelled) {
      test(`every decision of a ${model} about ${kind} is a word that the client and the schema know`, () => {
        const words = models[model]?.decision?.enum
        const { fields } = answered(id, undefined)
        for (const decision of decisions) {
          const word = spellDecision(decision, kind, version)
          if (words !== undefined) assert.ok(words.includes(word), word)
          assert.ok(JSON.stringify(fields.decision).includes(`"${word}"`), word)
        }
      })
    }
  })
}

test('what a catalog version lists lacks only what the client has defaults for', () => {
  const { models } = readVectors<{ models: Models }>('python-client/models-1.1.0a1.json')
  const { fields, required } = answered('list_catalog_versions', undefined)
  assert.ok(Array.isArray(required))
  for (const [name, field] of Object.entries(models.PublishedCatalog ?? {})) {
    if (field.required) assert.ok(name in fields && required.includes(name), name)
  }
})
