import assert from 'node:assert/strict'
import { type Harness, masked, type RequestOptions } from './harness.ts'

/** One request as a test names it: method, path, body. */
export type Try = readonly [method: string, path: string, body?: unknown]

/** The call needs `scope`: a key with every other scope of its resource is refused, and is told what it lacks. */
export async function assertNeedsScope(server: Harness, scope: string, call: Try): Promise<void> {
  const [resource, effect] = scope.split(':')
  const key = await server.keyWith(effect === 'read' ? 'gates:delete' : `${resource}:read`)
  const [method, path, body] = call
  const refused = await server.request(method, path, body, { key })
  assert.equal(refused.status, 403, `${method} ${path}: ${refused.text}`)
  assert.equal(refused.body.required_scope, scope)
  const missing = await server.request(method, path, body, { key: null })
  assert.equal(missing.status, 401, `${method} ${path}: ${missing.text}`)
}

/** To a stranger, what exists and what never did answer 404 alike, byte by byte. */
export async function assertForeignIsUnknown(
  server: Harness,
  ids: { real: string; unknown: string },
  call: (id: string) => Try,
): Promise<void> {
  const options: RequestOptions = { key: server.keys.other }
  const ask = async (id: string) => {
    const [method, path, body] = call(id)
    return server.request(method, path, body, options)
  }
  const foreign = await ask(ids.real)
  assert.equal(foreign.status, 404, `${call(ids.real)[1]}: ${foreign.text}`)
  assert.equal(masked(foreign, ids.real), masked(await ask(ids.unknown), ids.unknown))
}

/** Every body is refused with 422, the field that is wrong named by its pointer. */
export async function assertRefused(
  server: Harness,
  [method, path]: Try,
  bodies: readonly (readonly [pointer: string, body: unknown])[],
): Promise<void> {
  for (const [pointer, body] of bodies) {
    const refused = await server.request(method, path, body)
    assert.equal(refused.status, 422, `${JSON.stringify(body)}: ${refused.text}`)
    const pointers = refused.body.errors?.map((error: { pointer: string }) => error.pointer)
    assert.ok(pointers?.includes(pointer), `${JSON.stringify(body)}: ${refused.text}`)
  }
}
