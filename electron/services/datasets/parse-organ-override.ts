// --organ VALUE_OR_FILE=ORGAN: what the user says a label means. ORGAN+ORGAN for a label that merges several, nothing for
// one that is left out.
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface OrganOverride {
  /** A label value, a mask file name without extension, or the name the dataset gives it */
  readonly key: string
  /** Empty: it is left out */
  readonly organs: readonly string[]
}

/** '10=kidney_left+kidney_right', 'PTV='. @throws OrganMosaicError usage */
export function parseOrganOverride(text: string): OrganOverride {
  const at = text.lastIndexOf('=')
  const key = text
    .slice(0, Math.max(at, 0))
    .trim()
    .replace(/\.nii(\.gz)?$/i, '')
  const named = text.slice(at + 1).trim()
  const organs = named === '' ? [] : named.split('+').map((organ) => organ.trim())
  if (at > 0 && key !== '' && organs.every((organ) => organ !== '')) return { key, organs }
  throw new OrganMosaicError(
    'usage',
    `--organ "${text}": expected VALUE_OR_FILE=ORGAN, such as 10=mandible or 3=kidney_left+kidney_right, or VALUE_OR_FILE= to leave a label out, such as "PTV=".`,
  )
}
