// Labels that lie beside their image: which cases have one, and what could be done. Doing it is a choice of the dataset;
// the files themselves are never written to.
import type { LabelOffer } from '../../../contract/api/datasets.ts'
import type { Case } from '../../../contract/case.ts'
import type { Dataset, DatasetChoices } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { LabelRepair } from '../../../contract/label-treatment.ts'
import { choicesOf } from './apply-choices.ts'

/** Repairs that fit every label file of a case that lies beside its image. */
export function repairsOf({ misfits = [] }: Case): LabelRepair[] {
  const [first, ...others] = misfits
  return first ? first.repairs.filter((repair) => others.every(({ repairs }) => repairs.includes(repair))) : []
}

/** Every case with a label beside its image, repaired or not. */
export function repairOffers(dataset: Dataset): LabelOffer[] {
  const chosen = new Map((choicesOf(dataset).repairs ?? []).map((each) => [each.caseId, each]))
  return dataset.cases.flatMap((each): LabelOffer[] => {
    const misfits = each.misfits ?? []
    const repair = chosen.get(each.id)
    if (misfits.length === 0 && !repair) return []
    return [
      {
        caseId: each.id,
        files: misfits.map(({ path }) => path),
        differenceMm: misfits.reduce<number | null>(
          (most, { differenceMm }) => (most === null || differenceMm === null ? null : Math.max(most, differenceMm)),
          0,
        ),
        repairs: repairsOf(each),
        chosen: repair ? { repair: repair.repair, at: repair.at } : null,
      },
    ]
  })
}

/**
 * The choices of a dataset with these cases repaired, or no longer.
 * @throws OrganMosaicError not-found for a case without anything to repair, usage for a repair that does not fit
 */
export function withRepairs(
  dataset: Dataset,
  cases: readonly string[],
  repair: LabelRepair | null,
  at: string,
): NonNullable<DatasetChoices['repairs']> {
  const offers = new Map(repairOffers(dataset).map((offer) => [offer.caseId, offer]))
  for (const caseId of cases) {
    const offer = offers.get(caseId)
    if (!offer) {
      throw new OrganMosaicError(
        'not-found',
        `Case ${caseId} of ${dataset.name} has no label that lies beside its image${offers.size > 0 ? `; those that have: ${[...offers.keys()].slice(0, 10).join(', ')}` : ''}.`,
      )
    }
    if (repair !== null && !offer.repairs.includes(repair)) {
      const fitting = offer.repairs.length > 0 ? `fitting: ${offer.repairs.join(', ')}` : 'no repair fits'
      throw new OrganMosaicError(
        'usage',
        `Case ${caseId}: the repair ${repair} does not fit its labels (${fitting}). Export them again on the grid of the image.`,
      )
    }
  }
  const others = (choicesOf(dataset).repairs ?? []).filter(({ caseId }) => !cases.includes(caseId))
  return repair === null ? others : [...others, ...cases.map((caseId) => ({ caseId, repair, at }))]
}
