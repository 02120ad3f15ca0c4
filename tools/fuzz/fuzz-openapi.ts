import { openApiDocument } from '@modei/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { startServer } from '../../packages/server/test/harness.ts'
import { arbitraryOf, type JsonSchema, mutated } from './arbitrary.ts'

/** Sends valid, nearly valid and broken requests to every operation; answers must be no 5xx and fit the document. */
const total = Number(process.argv[2] ?? 10_000)
const seed = Number(process.argv[3] ?? 20_260_422)

const cleanups: (() => unknown)[] = []
const server = await startServer({ after: (work: () => unknown) => cleanups.push(work) })
// JSON as a stranger reads it: no types of ours.
// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document
const document: any = JSON.parse(
  JSON.stringify(openApiDocument(server.app.api.mounted, { version: '0.0.0' })),
)
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
ajv.addSchema(document, 'openapi')

const compiled = new Map<unknown, JsonSchema>()
/** References in a part of the document point into the whole. */
function rooted(schema: JsonSchema): JsonSchema {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/')
  const result: JsonSchema = JSON.parse(text)
  compiled.set(schema, result)
  return result
}

function find(ref: string): JsonSchema {
  return ref
    .slice(2)
    .split('/')
    .reduce((node, part) => node[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

function resolve(node: JsonSchema): JsonSchema {
  return typeof node.$ref === 'string' ? resolve(find(node.$ref)) : node
}

async function seedIds(): Promise<Map<string, string[]>> {
  const make = async (path: string, body: unknown) => (await server.request('POST', path, body)).body
  await make('/api/gates', {
    name: 'Shop',
    gate_id: 'gate_shop',
    allow_self_issued: true,
    is_discoverable: true,
  })
  await make('/api/gates', { name: 'Bank', gate_id: 'gate_bank', profile: 'L3' })
  await make('/api/gates/gate_bank/catalog', {
    permissions: [{ permission_key: 'read', constraints: { 'core:pricing:per_call_cents': 5 } }],
  })
  await make('/api/gates/gate_bank/catalog/publish', {})
  const issuer = await make('/api/issuers', { name: 'Acme' })
  const passports: string[] = []
  const attestations: string[] = []
  const approvals: string[] = []
  for (let i = 0; i < 4; i += 1) {
    const passport = await make('/api/gates/gate_shop/passports', {
      agent_id: `agent-${i}`,
      permissions: ['read', 'buy'],
      constraints: i === 0 ? { 'core:approval:required': true } : { 'core:cost:max_cumulative': 1000 },
    })
    passports.push(passport.passport_id)
    const enforced = await make('/api/enforce', {
      passport_id: passport.passport_id,
      action: 'buy',
      cost_cents: 5,
    })
    attestations.push(enforced.attestation_id)
    if (enforced.approval_request_id !== null) approvals.push(enforced.approval_request_id)
  }
  return new Map([
    ['gate_id', ['gate_shop', 'gate_bank', 'gate_none']],
    ['passport_id', [...passports, 'pp_none']],
    ['attestation_id', attestations],
    ['approval_id', approvals],
    ['issuer_id', [issuer.issuer_id]],
    ['version', ['1', '2']],
    ['agent_id', ['agent-1', 'agent-9']],
  ])
}

interface Failure {
  what: string
  request: unknown
  answer: string
}

const ids = await seedIds()
const allIds = [...ids.values()].flat()
const failures: Failure[] = []
const statuses = new Map<number, number>()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(Object(methods)).map(([method, spec]) => ({ path, method, spec: Object(spec) })),
)
// What ends things comes last, so that the others find something to work on.
operations.sort((a, b) => Number(isEnding(a)) - Number(isEnding(b)))
function isEnding({ path, method }: { path: string; method: string }): boolean {
  return method === 'delete' || /\/(?:revoke|rotate|reset|deny)$/.test(path)
}
const perOperation = Math.ceil(total / operations.length)
let sent = 0

for (const { path, method, spec } of operations) {
  const parameters = (spec.parameters ?? []).map(resolve)
  const bodySchema = spec.requestBody?.content?.['application/json']?.schema
  const parameter = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((p: JsonSchema) => p.in === place)
          .map((p: JsonSchema) => [p.name, arbitraryOf(p.schema, find, ids.get(String(p.name)) ?? [])]),
      ),
      place === 'path' ? {} : { requiredKeys: [] },
    )
  const body = bodySchema === undefined ? fc.constant(undefined) : arbitraryOf(bodySchema, find, allIds)
  const requests = fc.record({
    params: parameter('path'),
    query: parameter('query'),
    body:
      bodySchema === undefined
        ? body
        : fc.oneof({ weight: 3, arbitrary: body }, { weight: 1, arbitrary: mutated(body) }),
  })
  for (const { params, query, body: payload } of fc.sample(requests, { numRuns: perOperation, seed })) {
    const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(params[name])),
    )
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const url = search.size > 0 ? `${target}?${search}` : target
    const answer = await server.request(method.toUpperCase(), url, payload)
    sent += 1
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    const problem = judge(spec, answer)
    if (problem !== undefined) {
      failures.push({
        what: `${method.toUpperCase()} ${path}: ${problem}`,
        request: { url, payload },
        answer: answer.text.slice(0, 500),
      })
    }
  }
}

function judge(
  spec: JsonSchema,
  answer: { status: number; headers: Headers; body: unknown },
): string | undefined {
  if (answer.status >= 500) return `answered ${answer.status}`
  const described = Object(spec.responses)[String(answer.status)]
  // A path whose parameter is empty is another route, which does not exist.
  if (described === undefined)
    return answer.status === 404 ? undefined : `status ${answer.status} is not in the document`
  const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? ''
  const content = Object(resolve(described).content)
  if (!(type in content)) return `content type ${type} is not in the document for ${answer.status}`
  if (!type.includes('json') || type.includes('ndjson') || type.includes('jsonl')) return undefined
  const validate = ajv.compile({ ...rooted(content[type].schema) })
  return validate(answer.body) ? undefined : `does not fit its schema: ${ajv.errorsText(validate.errors)}`
}

for (const work of cleanups) await work()
console.log(`${sent} requests to ${operations.length} operations, seed ${seed}`)
console.log(
  [...statuses]
    .sort()
    .map(([status, count]) => `${status}: ${count}`)
    .join(', '),
)
const kinds = new Map(failures.map((failure) => [failure.what, failure]))
for (const failure of kinds.values()) console.log(JSON.stringify(failure))
console.log(`${sent - failures.length} passed, ${failures.length} failed`)
process.exitCode = failures.length > 0 ? 1 : 0
