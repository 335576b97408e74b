// What the availability matrix means for training, in sentences. Test data is not trained on and not judged.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { MatrixNote } from '../../../contract/matrix.ts'
import type { OrganId } from '../../../contract/organ.ts'
import { stateOf, usableCases } from './availability.ts'

type NameOf = (organ: OrganId) => string

export function matrixNotes(datasets: readonly Dataset[], organs: readonly OrganId[], nameOf: NameOf): MatrixNote[] {
  const training = datasets.filter((dataset) => dataset.role === 'train')
  const cases = training.flatMap(usableCases)
  return [
    ...organs.flatMap((organ) => neverAlone(organ, training, cases, nameOf)),
    ...(training.length > 1 ? sharesNothing(training) : []),
    ...training.flatMap((dataset) => taughtAsBackground(dataset, organs, cases, nameOf)),
  ]
}

const isDelineated = (organ: OrganId, each: Case): boolean => ['labelled', 'cut'].includes(stateOf(organ, each))

function neverAlone(
  organ: OrganId,
  training: readonly Dataset[],
  cases: readonly Case[],
  nameOf: NameOf,
): MatrixNote[] {
  if (cases.some((each) => isDelineated(organ, each))) return []
  const merged = cases.filter((each) => stateOf(organ, each) === 'merged').length
  const datasets = training.filter((dataset) => organsOf(dataset).has(organ)).map(({ name }) => name)
  const note = { organs: [organ], datasets, voxels: null }
  if (merged > 0) {
    const message = `${nameOf(organ)} is labelled only together with other organs (${merged} ${merged === 1 ? 'case' : 'cases'}): nothing teaches where it ends.`
    return [{ kind: 'only-merged', ...note, message }]
  }
  if (!cases.some((each) => organ in each.availability)) return []
  const message = `${nameOf(organ)} is declared, but no usable training case has a voxel of it: it cannot be learnt.`
  return [{ kind: 'never-present', ...note, message }]
}

function sharesNothing(training: readonly Dataset[]): MatrixNote[] {
  const alone = training.filter((dataset) => {
    const own = organsOf(dataset)
    return own.size > 0 && !training.some((other) => other !== dataset && !organsOf(other).isDisjointFrom(own))
  })
  if (alone.length === 0) return []
  const datasets = alone.map(({ name }) => name)
  const names = datasets.join(', ')
  const message =
    alone.length === 1
      ? `${names} shares no organ with the other datasets: in stage 1 they tell its model only where its organs are not.`
      : `${names} share no organ with any other dataset: in stage 1 the others tell their models only where their organs are not.`
  return [{ kind: 'shares-nothing', organs: [], datasets, voxels: null, message }]
}

const organsOf = (dataset: Dataset): Set<OrganId> => new Set(dataset.labels.flatMap((label) => label.organs))

/** What plain training would get wrong here, from the mean volume of the organs where they are completely labelled. */
function taughtAsBackground(
  dataset: Dataset,
  organs: readonly OrganId[],
  allCases: readonly Case[],
  nameOf: NameOf,
): MatrixNote[] {
  const cases = usableCases(dataset)
  let voxels = 0
  const concerned: OrganId[] = []
  for (const organ of organs) {
    const complete = allCases.filter((each) => stateOf(organ, each) === 'labelled')
    const unlabelled = cases.filter((each) => stateOf(organ, each) === 'unlabelled')
    if (complete.length === 0 || unlabelled.length === 0) continue
    const meanMl = complete.reduce((total, each) => total + each.availability[organ].volumeMl, 0) / complete.length
    voxels += unlabelled.reduce((total, each) => total + (meanMl * 1000) / voxelMm3(each), 0)
    concerned.push(organ)
  }
  if (concerned.length === 0) return []
  const perCase = Math.round(voxels / cases.length)
  const message =
    `${dataset.name} does not label ${concerned.map(nameOf).join(', ')} everywhere: taking unlabelled for background would teach ` +
    `about ${perCase.toLocaleString('en')} wrong voxels a case, if its scans show them.`
  return [{ kind: 'taught-as-background', organs: concerned, datasets: [dataset.name], voxels: perCase, message }]
}

function voxelMm3(each: Case): number {
  const [sz, sy, sx] = each.geometry?.spacingMm ?? [1, 1, 1]
  return sz * sy * sx
}
