import type { SecretBox } from '../secret-box.ts'
import type { Store } from '../store/store.ts'

/**
 * Compares the master secret with the one that this database was made under, and remembers it the first time.
 * A wrong secret must stop the start, not the first signature.
 */
export async function checkSecret(store: Store, box: SecretBox): Promise<void> {
  const fingerprint = box.fingerprint()
  const stored = await store.write(async (tx) => {
    const row = await tx.selectFrom('meta').select('value').where('key', '=', 'secret').executeTakeFirst()
    if (row === undefined) await tx.insertInto('meta').values({ key: 'secret', value: fingerprint }).execute()
    return row?.value ?? fingerprint
  })
  if (stored !== fingerprint) {
    throw new Error('MODEI_SECRET_KEY is not the secret that this database was made under')
  }
}
