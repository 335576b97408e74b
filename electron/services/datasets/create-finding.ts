// The one place where findings get their shape.
import type { Finding, FindingCode } from '../../../contract/finding.ts'

/** @param message says what was expected, what came, where, and the next step */
export function createFinding(
  severity: Finding['severity'],
  code: FindingCode,
  message: string,
  where: { caseId?: string; organ?: string } = {},
): Finding {
  return { severity, code, caseId: where.caseId ?? null, organ: where.organ ?? null, message }
}
