import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  ConsumeRequest,
  ConsumeResult,
  DiscoverServicesQuery,
  Discovery,
  GetSlaComplianceQuery,
  ListSettlementsQuery,
  SettlementList,
  SettlementRequest,
  SettlementStatusUpdate,
  SettlementSummary,
  SLAComplianceReport,
} from '../wire.ts'

/** Calls about services, their metering and their settlement. */
export class CommerceCalls extends Caller {
  /** Finds services by capability, such as `flights:*`, price and service level. Needs no key. */
  discoverServices(
    capability: string,
    filters?: Omit<DiscoverServicesQuery, 'capability'>,
    options?: CallOptions,
  ): Promise<Discovery> {
    return this.call('discover_services', { query: { ...filters, capability } }, options)
  }

  /** Records one metered use, priced by the catalog version that the passport is pinned to. */
  issueConsumptionAttestation(use: ConsumeRequest, options?: CallOptions): Promise<ConsumeResult> {
    return this.call('issue_consumption_attestation', { body: use }, options)
  }

  /** Settles the uses of a period that are not settled yet into one signed total. */
  generateSettlement(period: SettlementRequest, options?: CallOptions): Promise<SettlementSummary> {
    return this.call('generate_settlement', { body: period }, options)
  }

  /** Lists settlements, newest first, with `limit` and `offset`. */
  listSettlements(query?: ListSettlementsQuery, options?: CallOptions): Promise<SettlementList> {
    return this.call('list_settlements', { query }, options)
  }

  getSettlement(settlementId: string, options?: CallOptions): Promise<SettlementSummary> {
    return this.call('get_settlement', { params: { settlement_id: settlementId } }, options)
  }

  /** Moves a settlement to another status; voiding it releases its receipts. */
  updateSettlementStatus(
    settlementId: string,
    status: SettlementStatusUpdate['status'],
    options?: CallOptions,
  ): Promise<SettlementSummary> {
    const params = { settlement_id: settlementId }
    return this.call('update_settlement_status', { params, body: { status } }, options)
  }

  /** Compares the uptime of a period with what the catalog promises. */
  getSlaCompliance(
    gateId: string,
    period: GetSlaComplianceQuery,
    options?: CallOptions,
  ): Promise<SLAComplianceReport> {
    return this.call('get_sla_compliance', { params: { gate_id: gateId }, query: period }, options)
  }
}
