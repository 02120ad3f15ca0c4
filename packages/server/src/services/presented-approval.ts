import type { PresentedApproval } from '@modei/core'
import type { LiveFacts } from '../store/store.ts'
import { stringList } from './json.ts'

/** The approval that a request presents, as it stands now. Another passport's counts as unknown. */
export function presentedApproval(id: string, passportId: string, facts: LiveFacts): PresentedApproval {
  const row = facts.approval(id)
  if (row === undefined || row.passport_id !== passportId) {
    return { id, status: 'unknown', fingerprint: '', held_by: [], expires_at: 0 }
  }
  return {
    id,
    status: row.status,
    fingerprint: row.fingerprint,
    held_by: stringList(row.held_by),
    expires_at: row.expires_at,
  }
}
