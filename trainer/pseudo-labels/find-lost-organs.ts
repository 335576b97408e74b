// Organs that the models claim in a dataset while nothing of them becomes a pseudo label there.
import type { Case } from '../../contract/case.ts'
import type { Study } from '../labels/study.ts'
import { pseudoLabelFolder } from './label-versions.ts'
import { readAcceptance } from './pseudo-label-store.ts'

export interface LostOrgan {
  readonly dataset: string
  readonly organ: string
  /** Cases in which a model claims it. */
  readonly cases: number
}

/**
 * @param root of labelRoot; every case has its pseudo labels there
 * @param cases training cases of each dataset
 */
export async function findLostOrgans(
  root: string,
  { datasets, union }: Study,
  cases: readonly (readonly { readonly entry: Case }[])[],
): Promise<LostOrgan[]> {
  const lost: LostOrgan[] = []
  for (const [d, entries] of cases.entries()) {
    const dataset = datasets[d]!.name
    const folders = entries.map(({ entry }) => pseudoLabelFolder(root, dataset, entry.id))
    const found = await Promise.all(folders.map(readAcceptance))
    for (const [i, organ] of union.organs.entries()) {
      const claiming = found.filter(({ claimed }) => claimed.includes(i + 1))
      const isLost = claiming.length > 0 && claiming.every(({ accepted }) => !accepted.includes(i + 1))
      if (isLost) lost.push({ dataset, organ, cases: claiming.length })
    }
  }
  return lost
}
