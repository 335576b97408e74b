// What an identifier of a patient tells: whether two files are of one person, or nothing, where something else was put
// in its place.
import { createHash } from 'node:crypto'

/** Words that de-identification leaves. A number beside them (ANON-017) makes a pseudonym, which does tell people apart. */
const NO_ONE =
  'anonym(?:ous|i[sz]ed|i[sz]e|i[sz]ation)?|anon|de-?id(?:entified)?|removed|deleted|redacted|hidden|blank|empty|unknown|undefined|unspecified|none|null|nil|no|not|available|patient|subject|person|name|number|id'
const PLACEHOLDER = new RegExp(String.raw`^(?:[^\p{L}\p{N}]|0|x|n/?a|${NO_ONE})*$`, 'iu')
/** Longer ones are no placeholder; DICOM allows 64 characters. */
const LONGEST = 64

/** Empty, or a placeholder that many people may share. */
export const tellsNobody = (id: string): boolean => id.length <= LONGEST && PLACEHOLDER.test(id.trim())

/**
 * Never leaves the process as it is, because short numbers could be tried out: what is kept is salted
 * (services/workspace/patient-key.ts). null where the identifier tells nobody.
 */
export function hashPatientId(id: string | null): string | null {
  if (id === null || tellsNobody(id)) return null
  return createHash('sha256').update(`patient ${id}`).digest('hex').slice(0, 12)
}
