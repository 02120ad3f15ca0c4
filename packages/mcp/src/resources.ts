import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import type { ModeiClient } from 'modei'

type Variables = Record<string, string | string[] | undefined>

/** What a client can attach to a conversation by address. */
export function addResources(server: McpServer, client: ModeiClient): void {
  const add = (
    name: string,
    template: string,
    description: string,
    read: (variable: (name: string) => string) => Promise<unknown>,
  ) => {
    server.registerResource(
      name,
      new ResourceTemplate(template, { list: undefined }),
      { title: name, description, mimeType: 'application/json' },
      async (uri: URL, variables: Variables) => ({
        contents: [
          {
            uri: uri.href,
            mimeType: 'application/json',
            text: JSON.stringify(await read((key) => single(variables, key)), null, 2),
          },
        ],
      }),
    )
  }
  add('gate', 'modei://gates/{gate_id}', 'A gate, its keys and how often it was asked', (variable) =>
    client.getGate(variable('gate_id')),
  )
  add('catalog', 'modei://gates/{gate_id}/catalog/{version}', 'A published catalog version', (variable) =>
    client.getCatalogVersion(variable('gate_id'), Number(variable('version'))),
  )
  add('passport', 'modei://gates/{gate_id}/passports/{passport_id}', 'A passport', (variable) =>
    client.getPassport(variable('gate_id'), variable('passport_id')),
  )
  add('attestation', 'modei://attestations/{attestation_id}', 'A signed record of one decision', (variable) =>
    client.getAttestation(variable('attestation_id')),
  )
}

function single(variables: Variables, name: string): string {
  const value = variables[name]
  const text = Array.isArray(value) ? value[0] : value
  if (text === undefined) throw new Error(`the address lacks \`${name}\``)
  return decodeURIComponent(text)
}
