import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  Calls,
  Gate,
  GateCreate,
  GatePublic,
  GateRevocations,
  GateUpdate,
  KeyRotate,
  KeyRotated,
  PageQuery,
} from '../wire.ts'

/** Calls about gates. */
export class GateCalls extends Caller {
  /** Lists the gates of the workspace, newest first. */
  listGates(query?: PageQuery, options?: CallOptions): Promise<Gate[]> {
    return this.call('list_gates', { query }, options)
  }

  /** Like `listGates`, page after page. */
  iterGates(query?: PageQuery, options?: CallOptions): AsyncGenerator<Gate, void, undefined> {
    return this.iterate('list_gates', { query }, options)
  }

  getGate(gateId: string, options?: CallOptions): Promise<Gate> {
    return this.call('get_gate', { params: { gate_id: gateId } }, options)
  }

  /** Creates a gate with its own signing key; `gate_` is put before `gate_id` when it is missing. */
  createGate(gate: GateCreate, options?: CallOptions): Promise<Gate> {
    return this.call('create_gate', { body: gate }, options)
  }

  /** Changes settings of a gate; what is left out keeps its value. */
  updateGate(gateId: string, changes: GateUpdate, options?: CallOptions): Promise<Gate> {
    return this.call('update_gate', { params: { gate_id: gateId }, body: changes }, options)
  }

  /** The same as `updateGate`, for callers who say PUT. */
  replaceGate(gateId: string, changes: GateUpdate, options?: CallOptions): Promise<Gate> {
    return this.call('replace_gate', { params: { gate_id: gateId }, body: changes }, options)
  }

  /** Archives a gate: it decides and signs nothing more, its history stays readable. */
  deleteGate(gateId: string, options?: CallOptions): Promise<Calls['delete_gate']['answers']> {
    return this.call('delete_gate', { params: { gate_id: gateId } }, options)
  }

  /** A gate's public keys and profile, for verifying what it signed. Needs no key. */
  getGatePublic(gateId: string, options?: CallOptions): Promise<GatePublic> {
    return this.call('get_gate_public', { params: { gate_id: gateId } }, options)
  }

  /** The signed, dated list of a gate's revoked passports that have not expired yet. Needs no key. */
  getGateRevocations(gateId: string, options?: CallOptions): Promise<GateRevocations> {
    return this.call('get_gate_revocations', { params: { gate_id: gateId } }, options)
  }

  /** Gives a gate a new signing key; what the old one signed stays valid unless it was `compromised`. */
  rotateGateKey(gateId: string, body?: KeyRotate, options?: CallOptions): Promise<KeyRotated> {
    return this.call('rotate_gate_key', { params: { gate_id: gateId }, body }, options)
  }
}
