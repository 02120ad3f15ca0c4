import { parseStrictJson } from '../crypto/strict-json.ts'
import { type EnvelopeWriter, envelopeWriter } from './canonical-envelope.ts'
import {
  MAX_NESTING,
  readArray,
  readBoolean,
  readJson,
  readJsonObject,
  readNonEmptyString,
  readObject,
  readSignedTime,
  readString,
  readStringOrNull,
  readWholeNumber,
  ShapeError,
} from './closed-shape.ts'
import {
  type DelegationChainEntry,
  type Envelope,
  type EnvelopeIssuer,
  ISSUER_TYPES,
  type PassportIdentity,
  type PassportPermission,
  type PassportProvenance,
} from './envelope.ts'
import { isPlainObject, jsonEquals } from './json.ts'

export type EnvelopeParse =
  | { readonly ok: true; readonly envelope: Envelope }
  | {
      readonly ok: false
      readonly reason_code: 'invalid_envelope_shape' | 'unsupported_schema_version'
      readonly detail: string
    }

/** Where a value stands: its JSON pointer and how many containers surround it. */
interface Place {
  readonly path: string
  readonly depth: number
}

/** A link as it came and as it was read, to recognise the same link when it is nested again further down. */
interface ReadLink {
  readonly raw: unknown
  readonly entry: DelegationChainEntry
}

/**
 * Reads an envelope, given as an object or as JSON text, into a copy that holds the known members and nothing else.
 * Never throws.
 *
 * INVARIANT: a nested link that equals the link in its place further out *is* that link, the same object, so that the
 * verifier compares chains by identity and no envelope is canonicalised twice.
 * @param writer keeps what is written on the way, for a caller that goes on to need the canonical text
 */
export function parseEnvelope(input: unknown, writer: EnvelopeWriter = envelopeWriter()): EnvelopeParse {
  try {
    if (typeof input !== 'string') return parseValue(input)
    const envelope = findInCanonicalText(input, writer)
    return envelope === undefined ? parseValue(parseText(input)) : { ok: true, envelope }
  } catch (error) {
    // Anything but a ShapeError comes out of a hostile object: a throwing getter, a cycle that exhausts the stack.
    const detail = error instanceof ShapeError ? error.message : 'the envelope could not be read'
    return { ok: false, reason_code: 'invalid_envelope_shape', detail }
  }
}

function parseValue(value: unknown): EnvelopeParse {
  const version =
    isPlainObject(value) && Object.hasOwn(value, 'schema_version') ? value.schema_version : undefined
  if (Number.isInteger(version) && version !== 2) {
    return {
      ok: false,
      reason_code: 'unsupported_schema_version',
      detail: `schema_version is ${version}, not 2`,
    }
  }
  return { ok: true, envelope: readEnvelope(value, { path: '', depth: 1 }, []) }
}

function parseText(text: string): unknown {
  const parsed = parseStrictJson(text, { maxDepth: MAX_NESTING })
  if (!parsed.ok) throw new ShapeError(parsed.pointer, parsed.message)
  return parsed.value
}

// Canonical numbers beyond ±(2^53 − 1), which the strict parser refuses, have sixteen digits or a positive exponent.
// What only looks like one, inside a string, costs the scan and changes no verdict.
const MAY_HOLD_BIG_NUMBER = /[:,[]-?\d(?:\d{15}|[\d.]*e\+)/

/**
 * The envelope in a text that is its own canonical form, as signers write it; undefined for any other text. What is
 * written back exactly as it came holds no duplicate key and nothing else that the strict parser would refuse, so the
 * scan, which costs more than the parsing, can be left out.
 */
function findInCanonicalText(text: string, writer: EnvelopeWriter): Envelope | undefined {
  if (MAY_HOLD_BIG_NUMBER.test(text)) return undefined
  try {
    const envelope = readEnvelope(JSON.parse(text), { path: '', depth: 1 }, [])
    return writer.text(envelope) === text ? envelope : undefined
  } catch {
    return undefined
  }
}

const ENVELOPE_KEYS = [
  'schema_version',
  'passport_id',
  'identity',
  'permissions',
  'provenance',
  'delegation_authority',
  'verification_evidence',
]

function readEnvelope(value: unknown, { path, depth }: Place, outer: readonly ReadLink[]): Envelope {
  if (depth > MAX_NESTING) throw new ShapeError(path, `is nested deeper than ${MAX_NESTING}`)
  const envelope = readObject(value, ENVELOPE_KEYS, path)
  if (envelope.schema_version !== 2) throw new ShapeError(`${path}/schema_version`, 'must be 2')
  return {
    schema_version: 2,
    passport_id: readNonEmptyString(envelope.passport_id, `${path}/passport_id`),
    identity: readIdentity(envelope.identity, `${path}/identity`),
    permissions: readArray(envelope.permissions, `${path}/permissions`).map((permission, index) =>
      readPermission(permission, { path: `${path}/permissions/${index}`, depth: depth + 2 }),
    ),
    provenance: readProvenance(envelope.provenance, { path: `${path}/provenance`, depth: depth + 1 }, outer),
    delegation_authority: readBoolean(envelope.delegation_authority, `${path}/delegation_authority`),
    verification_evidence: readArray(envelope.verification_evidence, `${path}/verification_evidence`).map(
      (item, index) => readJson(item, `${path}/verification_evidence/${index}`, depth + 2),
    ),
  }
}

const IDENTITY_KEYS = ['agent_id', 'agent_name', 'public_key']

function readIdentity(value: unknown, path: string): PassportIdentity {
  const identity = readObject(value, IDENTITY_KEYS, path)
  return {
    agent_id: readString(identity.agent_id, `${path}/agent_id`),
    agent_name: readStringOrNull(identity.agent_name, `${path}/agent_name`),
    public_key: readString(identity.public_key, `${path}/public_key`),
  }
}

const PERMISSION_KEYS = ['permission_key', 'constraints']

function readPermission(value: unknown, { path, depth }: Place): PassportPermission {
  const permission = readObject(value, PERMISSION_KEYS, path)
  return {
    permission_key: readString(permission.permission_key, `${path}/permission_key`),
    constraints: readJsonObject(permission.constraints, `${path}/constraints`, depth + 1),
  }
}

const PROVENANCE_KEYS = [
  'issuer',
  'gate_id',
  'catalog_content_hash',
  'catalog_version',
  'delegation_chain',
  'issued_at',
  'expires_at',
]

function readProvenance(
  value: unknown,
  { path, depth }: Place,
  outer: readonly ReadLink[],
): PassportProvenance {
  const provenance = readObject(value, PROVENANCE_KEYS, path)
  return {
    issuer: readIssuer(provenance.issuer, `${path}/issuer`),
    gate_id: readStringOrNull(provenance.gate_id, `${path}/gate_id`),
    catalog_content_hash: readStringOrNull(provenance.catalog_content_hash, `${path}/catalog_content_hash`),
    catalog_version: readVersionOrNull(provenance.catalog_version, `${path}/catalog_version`),
    delegation_chain: readChain(
      provenance.delegation_chain,
      { path: `${path}/delegation_chain`, depth: depth + 1 },
      outer,
    ),
    issued_at: readSignedTime(provenance.issued_at, `${path}/issued_at`),
    expires_at: readSignedTime(provenance.expires_at, `${path}/expires_at`),
  }
}

const ISSUER_KEYS = ['type', 'id', 'key_id']

function readIssuer(value: unknown, path: string): EnvelopeIssuer {
  const issuer = readObject(value, ISSUER_KEYS, path)
  const type = ISSUER_TYPES.find((known) => known === issuer.type)
  if (type === undefined) throw new ShapeError(`${path}/type`, `must be one of ${ISSUER_TYPES.join(', ')}`)
  return {
    type,
    id: readNonEmptyString(issuer.id, `${path}/id`),
    key_id: readNonEmptyString(issuer.key_id, `${path}/key_id`),
  }
}

const LINK_KEYS = ['passport_json', 'signature']

function readChain(
  value: unknown,
  { path, depth }: Place,
  outer: readonly ReadLink[],
): readonly DelegationChainEntry[] | null {
  if (value === null) return null
  const links: ReadLink[] = []
  for (const [index, raw] of readArray(value, path).entries()) {
    const same = outer[index]
    links.push(
      same !== undefined && jsonEquals(same.raw, raw)
        ? same
        : { raw, entry: readLink(raw, { path: `${path}/${index}`, depth: depth + 1 }, links) },
    )
  }
  return links.map((link) => link.entry)
}

function readLink(value: unknown, { path, depth }: Place, outer: readonly ReadLink[]): DelegationChainEntry {
  const link = readObject(value, LINK_KEYS, path)
  return {
    passport_json: readEnvelope(
      link.passport_json,
      { path: `${path}/passport_json`, depth: depth + 1 },
      outer,
    ),
    signature: readNonEmptyString(link.signature, `${path}/signature`),
  }
}

function readVersionOrNull(value: unknown, path: string): number | null {
  return value === null ? null : readWholeNumber(value, path)
}
