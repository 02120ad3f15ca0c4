import type { McpServer } from '@modelcontextprotocol/server'
import type { ModeiClient } from 'modei'
import { z } from 'zod'

function message(text: string) {
  return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
}

/** Ready questions for people. */
export function addPrompts(server: McpServer, client: ModeiClient): void {
  server.registerPrompt(
    'set_up_a_gate',
    {
      title: 'Set up a gate',
      description: 'Put a gate in front of a resource and issue a first passport',
      argsSchema: z.object({ resource: z.string().max(200).describe('What the gate stands in front of') }),
    },
    ({ resource }) =>
      message(
        `Set up a Modei gate in front of ${JSON.stringify(resource)}. Ask me which actions agents may take, which of them cost money and how much one agent may spend a day. Then call create_gate, create_catalog and publish_catalog, issue one passport with issue_passport, and show me with authorize_dry_run what it may and may not do.`,
      ),
  )
  server.registerPrompt(
    'why_was_this_blocked',
    {
      title: 'Why was this blocked?',
      description: 'Explain one decision from its signed record',
      argsSchema: z.object({ attestation_id: z.string().max(64).describe('`enf_…` or `att_…`') }),
    },
    async ({ attestation_id: id }) => {
      const record = await client.getAttestation(id)
      return message(
        `Explain in plain words why this action was decided as it was, with the numbers, and what would have to change for it to be permitted. The record:\n\n${record.attestation_json}`,
      )
    },
  )
}
