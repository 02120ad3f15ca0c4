// Runs wherever JavaScript runs: it imports nothing and uses no global of one runtime. It is given the modules to try
// and the address of a server as `smoke-server.ts` makes it.

function check(condition, guarantee) {
  if (!condition) throw new Error(`not so: ${guarantee}`)
}

async function rejection(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the call succeeded')
}

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16))
}

/** Throws at the first guarantee that does not hold. */
export async function smoke(modei, passport, baseUrl) {
  await calls(modei, baseUrl)
  signatures(modei)
  passports(passport)
}

async function calls({ AuthenticationError, ModeiClient, ModeiError, NotFoundError }, baseUrl) {
  const client = new ModeiClient({ apiKey: 'mod_test_smoke', baseUrl })

  const gates = await client.listGates({ limit: 5 })
  check(gates[0].gate_id === 'gate_a', 'a read is answered')

  const decision = await client.enforceAction({ passport_id: 'pp_1', action: 'write', cost_cents: 500 })
  check(decision.decision === 'PERMIT', 'a decision is answered after a 503')
  check(decision.reason === 'same idempotency key', 'both tries had one idempotency key')

  const missing = await rejection(client.getGate('gate_missing'))
  check(missing instanceof NotFoundError && missing instanceof ModeiError, 'an error has its class')
  check(missing.statusCode === 404 && missing.requestId === 'req_smoke', 'an error says what the server said')
  check(
    !`${JSON.stringify(missing)}${missing.stack}`.includes('mod_test_smoke'),
    'an error does not show the key',
  )
  check(
    (await rejection(client.getGate('..'))).code === 'request_invalid',
    'an id cannot climb out of its path',
  )

  const items = []
  for await (const item of client.iterAttestations('gate_a')) items.push(item.id)
  check(items.join() === 'att_1,att_2,att_3', 'a loop goes through the pages')

  let bytes = 0
  for await (const part of client.exportAttestations({ format: 'csv' })) bytes += part.length
  check(bytes === 6, 'an export is streamed')

  const slow = await rejection(client.getGate('gate_slow', { timeoutMs: 100 }))
  check(slow.code === 'timed_out', 'a call ends in time')

  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  const aborted = await rejection(client.getGate('gate_slow', { signal: controller.signal }))
  check(aborted.name === 'AbortError', 'a call can be aborted')

  const moved = await rejection(client.getGate('gate_moved'))
  check(moved.code === 'unexpected_redirect', 'a redirect is not followed')

  const stranger = new ModeiClient({ apiKey: null, baseUrl })
  check(
    (await rejection(stranger.listGates())) instanceof AuthenticationError,
    'a client without a key sends none',
  )

  client.close()
  check((await rejection(client.listGates())).code === 'client_closed', 'a closed client makes no calls')
}

function signatures({ computeContentHash, verifyContentHash, verifyEd25519 }) {
  const value = { b: [1, -0, 'é'], a: null }
  const hash = '44156c27f3ca19fc1ee28598b97419c32699075ec345d32b129a242973851ef6'
  check(
    computeContentHash(value) === hash && verifyContentHash(value, hash),
    'a content hash is that of RFC 8785',
  )

  // RFC 8032, section 7.1, TEST 2.
  const key = bytesOf('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  const signature = bytesOf(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
  check(verifyEd25519(key, Uint8Array.of(0x72), signature), 'a good signature is verified')
  check(!verifyEd25519(key, Uint8Array.of(0x73), signature), 'a signature over something else is refused')
  const smallOrder = Uint8Array.of(1, ...new Uint8Array(31))
  const forAll = Uint8Array.of(1, ...new Uint8Array(63))
  check(
    !verifyEd25519(smallOrder, Uint8Array.of(0x72), forAll),
    'a key under which everything verifies is refused',
  )
}

function passports({ AgentCredentials, DelegationBuilder, PassportIssuer, PassportVerifier }) {
  const verifier = new PassportVerifier()
  const agent = AgentCredentials.generate()
  const permissions = [{ permission_key: 'read', constraints: {} }]
  const issuer = new PassportIssuer(agent, { identityClaim: 'smoke' })
  const signed = issuer.selfIssue({ permissions, expiresIn: '15m', delegationAuthority: true })
  check(verifier.verify(signed.envelope, signed.signature).valid, 'an issued passport verifies')
  check(
    verifier.verify(signed.envelope, signed.signature, { now: Date.now() + 3_600_000 }).reason_code ===
      'passport_expired',
    'an expired passport does not',
  )
  const child = new DelegationBuilder({ parent: signed, parentCredentials: agent })
    .authorize(AgentCredentials.generate())
    .withPermissions(permissions)
    .sign()
  check(verifier.verify(child.envelope, child.signature).valid, 'a delegated passport verifies')
}
