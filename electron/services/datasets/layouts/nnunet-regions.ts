// nnU-Net's regions: a name that stands for several values of the label map. Regions that share no value are labels of
// several values. Nested ones (whole tumour, tumour core) are structures that overlap, as nnU-Net trains them: each is read
// as a mask of its own, and the rule for overlaps decides where their organs exclude each other.
import type { Finding } from '../../../../contract/finding.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { valuesAddress } from '../../../../trainer/imaging/image-source.ts'
import { createFinding } from '../create-finding.ts'
import type { FoundCase, FoundLabel } from './layout.ts'
import type { DeclaredLabel } from './nnunet-description.ts'

export interface ReadRegions {
  readonly labels: readonly FoundLabel[]
  readonly cases: readonly FoundCase[]
  readonly notes: readonly Finding[]
}

/** @param declared of dataset.json. @throws OrganMosaicError invalid-data for nested regions beside a negative value */
export function readRegions(declared: readonly DeclaredLabel[], cases: readonly FoundCase[]): ReadRegions {
  const values = declared.flatMap((label) => label.values).sort((a, b) => a - b)
  const all = [...new Set(values)]
  if (all.length === values.length) {
    const byValue = declared.flatMap(({ sourceName, values: own }) => own.map((value) => ({ value, sourceName })))
    const labels = byValue.sort((a, b) => a.value - b.value)
    return { labels: labels.map(({ value, sourceName }) => ({ key: String(value), sourceName })), cases, notes: [] }
  }
  if (all[0] < 1) {
    throw new OrganMosaicError(
      'invalid-data',
      `dataset.json declares regions that share values, and the value ${all[0]}; expected integers above 0.`,
    )
  }
  return {
    labels: declared.map(({ sourceName }) => ({ key: sourceName, sourceName })),
    cases: cases.map((found) => ({
      ...found,
      labels: found.labels.flatMap(({ path }) =>
        declared.map(({ sourceName, values: own }) => ({
          kind: 'mask' as const,
          path: valuesAddress(path, own, all),
          labelKey: sourceName,
        })),
      ),
    })),
    notes: [nestedNote(declared)],
  }
}

function nestedNote(declared: readonly DeclaredLabel[]): Finding {
  const listed = declared.map(({ sourceName, values }) => `${sourceName} (${values.join(', ')})`).join(', ')
  const message = `dataset.json declares regions that share values: ${listed}. Each is read as a structure of its own. Where two organs exclude each other, the smaller one keeps what they share, so that the outer region is what the inner ones leave; --overlap larger gives it to the outer region, --overlap either leaves it open.`
  return createFinding('info', 'label-overlap', message)
}
