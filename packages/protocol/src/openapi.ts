import { API_VERSIONS, DEFAULT_API_VERSION } from './decision-words.ts'
import { createSchemas, type JsonSchema, type Schemas } from './openapi/json-schemas.ts'
import { Problem } from './openapi/problem-schema.ts'
import { RESOURCE_GROUPS } from './openapi/resource-groups.ts'
import { errorResponses, HEADERS, responsesOf } from './openapi/responses.ts'
import type { Operation } from './operations/operation.ts'

type Json = Record<string, unknown>

export interface OpenApiOptions {
  /** Version of the server. */
  version: string
  /** `/`, where the document itself is served, when it is left out. */
  serverUrl?: string
}

const PARAMETERS: Readonly<Record<string, Json>> = {
  ModeiVersion: {
    name: 'Modei-Version',
    in: 'header',
    description:
      "Version of the API, which decides how decisions are spelled; else the API key's, else the server's",
    schema: { type: 'string', enum: API_VERSIONS, default: DEFAULT_API_VERSION },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Chosen by the caller: a repeat within 24 hours answers what the first request answered',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
}

/** The OpenAPI 3.1 document of a table of operations. */
export function openApiDocument(
  operations: readonly Operation[],
  { version, serverUrl = '/' }: OpenApiOptions,
): Json {
  const schemas = createSchemas()
  schemas.convert(Problem, 'output')
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation, schemas),
    }
  }
  const used = new Set(operations.map(({ resource }) => resource))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Modei',
      version,
      summary: 'The open, self-hosted trust layer for AI agents',
      description:
        'Gates check the passports of agents, decide within their constraints, and record every decision, signed. ' +
        '`/api/v1/…` is an exact alias of `/api/…`. A refused decision is a 200; an error is a request that could ' +
        'not be processed. Amounts are whole cents, times are UTC `YYYY-MM-DDTHH:MM:SS.mmmZ`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    security: [{ apiKey: [] }],
    tags: RESOURCE_GROUPS.filter(({ name }) => used.has(name)),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'mod_live_… or mod_test_…',
          description: 'API key of a workspace, with scopes',
        },
      },
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: errorResponses(),
      schemas: sorted(schemas.components),
    },
  }
}

function describe(operation: Operation, schemas: Schemas): Json {
  return {
    operationId: operation.id,
    tags: [operation.resource],
    summary: operation.summary.replace(/\.$/, ''),
    description: accessText(operation),
    security: securityOf(operation),
    parameters: parametersOf(operation, schemas),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: operation.bodyOptional !== true,
            content: { 'application/json': { schema: schemas.convert(operation.body, 'input') } },
          },
        }),
    responses: responsesOf(operation, schemas),
  }
}

function accessText({ access, aliases = [] }: Operation): string {
  if (access === 'public') return 'Needs no API key.'
  if (access === 'optional_key')
    return 'Needs an API key of the workspace unless the passport is self-issued or absent.'
  return `Needs the scope ${[access.scope, ...aliases].map((scope) => `\`${scope}\``).join(' or ')}.`
}

function securityOf({ access }: Operation): Json[] {
  if (access === 'public') return []
  return access === 'optional_key' ? [{}, { apiKey: [] }] : [{ apiKey: [] }]
}

function parametersOf(operation: Operation, schemas: Schemas): Json[] {
  return [
    ...fieldsOf(operation.params, schemas, 'path'),
    ...fieldsOf(operation.query, schemas, 'query').map((field) => withDefaultLimit(field, operation)),
    { $ref: '#/components/parameters/ModeiVersion' },
    ...(operation.retry === 'with_key' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
}

function fieldsOf(object: Operation['query'], schemas: Schemas, where: 'path' | 'query'): Json[] {
  if (object === undefined) return []
  const sent = schemas.convert(object, 'input')
  const required: unknown[] = Array.isArray(sent.required) ? sent.required : []
  return Object.entries(object.shape).map(([name, field]) => {
    // A number travels as text; what it is read as is what a caller wants to know.
    const { description, ...schema }: JsonSchema = schemas.convert(field, 'output')
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}

function withDefaultLimit(field: Json, { paged, defaultLimit = 100 }: Operation): Json {
  if (paged !== true || field.name !== 'limit') return field
  return { ...field, schema: Object.assign({}, field.schema, { default: defaultLimit }) }
}

function sorted(components: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)))
}
