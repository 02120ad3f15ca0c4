import { ConsumeRequest, ConsumeResult } from '../schemas/consumption.ts'
import { GateParams } from '../schemas/gates.ts'
import {
  SettlementList,
  SettlementListQuery,
  SettlementParams,
  SettlementRequest,
  SettlementStatusUpdate,
  SettlementSummary,
} from '../schemas/settlements.ts'
import { SlaComplianceReport, SlaQuery } from '../schemas/sla.ts'
import { operation } from './operation.ts'

const resource = 'commerce'

export const issueConsumptionAttestation = operation('issue_consumption_attestation', {
  resource,
  summary: 'Record one metered use, priced by the catalog version that the passport is pinned to.',
  access: { scope: 'commerce:write' },
  aliases: ['consume:write'],
  effect: 'write',
  retry: 'with_key',
  body: ConsumeRequest,
  status: 201,
  response: ConsumeResult,
  errors: [404, 409],
})

export const generateSettlement = operation('generate_settlement', {
  resource,
  summary: 'Settle the uses of a period that are not settled yet into one signed total.',
  access: { scope: 'commerce:write' },
  aliases: ['billing:write'],
  effect: 'write',
  retry: 'with_key',
  body: SettlementRequest,
  status: 201,
  existingStatus: 200,
  response: SettlementSummary,
  errors: [404],
})

export const listSettlements = operation('list_settlements', {
  resource,
  summary: 'List settlements, newest first.',
  access: { scope: 'commerce:read' },
  effect: 'read',
  retry: 'safe',
  query: SettlementListQuery,
  response: SettlementList,
})

export const getSettlement = operation('get_settlement', {
  resource,
  summary: 'Get one settlement.',
  access: { scope: 'commerce:read' },
  effect: 'read',
  retry: 'safe',
  params: SettlementParams,
  response: SettlementSummary,
})

export const updateSettlementStatus = operation('update_settlement_status', {
  resource,
  summary: 'Move a settlement to another status; voiding it releases its receipts.',
  access: { scope: 'commerce:write' },
  aliases: ['billing:write'],
  effect: 'write',
  retry: 'with_key',
  params: SettlementParams,
  body: SettlementStatusUpdate,
  response: SettlementSummary,
  errors: [409],
})

export const getSlaCompliance = operation('get_sla_compliance', {
  resource,
  summary: 'Compare the uptime of a period with what the catalog promises.',
  access: { scope: 'commerce:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: SlaQuery,
  response: SlaComplianceReport,
})
