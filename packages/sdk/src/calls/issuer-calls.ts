import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type { Calls, Issuer, IssuerCreate, IssuerUpdate, KeyRotate, KeyRotated, PageQuery } from '../wire.ts'

/** Calls about issuers: identities of an organisation that issue passports without a gate. */
export class IssuerCalls extends Caller {
  /** Lists the issuers of the workspace, newest first. */
  listIssuers(query?: PageQuery, options?: CallOptions): Promise<Issuer[]> {
    return this.call('list_issuers', { query }, options)
  }

  /** Like `listIssuers`, page after page. */
  iterIssuers(query?: PageQuery, options?: CallOptions): AsyncGenerator<Issuer, void, undefined> {
    return this.iterate('list_issuers', { query }, options)
  }

  /** Creates an issuer, with a key pair kept by the server or with the public half of your own. */
  createIssuer(issuer: IssuerCreate, options?: CallOptions): Promise<Issuer> {
    return this.call('create_issuer', { body: issuer }, options)
  }

  getIssuer(issuerId: string, options?: CallOptions): Promise<Issuer> {
    return this.call('get_issuer', { params: { issuer_id: issuerId } }, options)
  }

  /** Changes the name, domain or description of an issuer; what is left out keeps its value. */
  updateIssuer(issuerId: string, changes: IssuerUpdate, options?: CallOptions): Promise<Issuer> {
    return this.call('update_issuer', { params: { issuer_id: issuerId }, body: changes }, options)
  }

  /** Revokes an issuer and every passport that it issued. */
  deleteIssuer(issuerId: string, options?: CallOptions): Promise<Calls['delete_issuer']['answers']> {
    return this.call('delete_issuer', { params: { issuer_id: issuerId } }, options)
  }

  /** Gives an issuer a new signing key; what the old one signed stays valid unless it was `compromised`. */
  rotateIssuerKey(issuerId: string, body?: KeyRotate, options?: CallOptions): Promise<KeyRotated> {
    return this.call('rotate_issuer_key', { params: { issuer_id: issuerId }, body }, options)
  }
}
