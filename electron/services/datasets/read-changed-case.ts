// A case is read only when its files are not those that were read before. Runs where the case is read, in a thread: a
// series of hundreds of files takes a while to look at even when nothing of it changed.
import { signatureOf } from './case-signature.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FoundCase } from './layouts/layout.ts'

export interface CaseReading {
  /** null: the files were written to while they were read, and what was seen may be neither the old nor the new ones */
  readonly signature: string | null
  /** null: as they were */
  readonly facts: CaseFacts | null
}

/** @param known the signature of what is known of the case; null for nothing */
export async function readChangedCase(
  root: string,
  found: FoundCase,
  known: string | null,
  inspectCase: (root: string, found: FoundCase) => Promise<CaseFacts>,
): Promise<CaseReading> {
  const signature = await signatureOf(root, found)
  if (signature === known) return { signature, facts: null }
  const facts = await inspectCase(root, found)
  return { signature: signature === (await signatureOf(root, found)) ? signature : null, facts }
}
