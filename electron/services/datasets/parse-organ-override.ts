// --organ VALUE_OR_FILE=ORGAN: what the user says a label means. ORGAN+ORGAN for a label that merges several.
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface OrganOverride {
  /** A label value, a mask file name without extension, or the name the dataset gives it */
  readonly key: string
  readonly organs: readonly string[]
}

/** '10=kidney_left+kidney_right'. @throws OrganMosaicError usage */
export function parseOrganOverride(text: string): OrganOverride {
  const at = text.lastIndexOf('=')
  const key = text
    .slice(0, Math.max(at, 0))
    .trim()
    .replace(/\.nii(\.gz)?$/i, '')
  const organs = text
    .slice(at + 1)
    .split('+')
    .map((organ) => organ.trim())
  if (key !== '' && organs.every((organ) => organ !== '')) return { key, organs }
  throw new OrganMosaicError(
    'usage',
    `--organ "${text}": expected VALUE_OR_FILE=ORGAN, such as 10=mandible or 3=kidney_left+kidney_right.`,
  )
}
