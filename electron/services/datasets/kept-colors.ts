// Colours of organs that the vocabulary does not know: what their label files propose, kept wherever the organ goes.
import type { Dataset } from '../../../contract/dataset.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'

/** Of several proposals the first counts. @returns organ -> #rrggbb, only what is proposed */
export function keptColors(
  datasets: readonly Pick<Dataset, 'labels'>[],
  { organs }: Vocabulary,
): ReadonlyMap<OrganId, string> {
  const known = new Set(organs.map(({ id }) => id))
  const colors = new Map<OrganId, string>()
  for (const label of datasets.flatMap(({ labels }) => labels)) {
    const [organ, ...others] = label.organs
    if (label.color === undefined || others.length > 0 || known.has(organ) || colors.has(organ)) continue
    colors.set(organ, label.color)
  }
  return colors
}
