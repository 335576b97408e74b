// What a person chose to have done to label files, on its way into the cases of a folder and into the labels of a dataset.
import type { LabelSource } from '../../../contract/case.ts'
import type { DatasetChoices, Label } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { organsBySide, sidedKey, SIDES, type SplitMethod } from '../../../contract/label-treatment.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { createFinding } from './create-finding.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FoundCase, LayoutMatch } from './layouts/layout.ts'

/** The keys of labels that are named by their key or by the name that the dataset gives them. */
export function resolveSplits(splits: readonly string[], { labels }: LayoutMatch): string[] {
  const keyOf = (name: string): string =>
    labels?.find(({ key }) => key === name)?.key ?? labels?.find(({ sourceName }) => sourceName === name)?.key ?? name
  return [...new Set(splits.map(keyOf))]
}

/**
 * Masks that are left out go, and label maps say which of their values are. A repair counts for all label files of its
 * case: those that lie on the image stay as they are under either.
 */
export function withTreatments(
  splits: readonly string[],
  repairs: NonNullable<DatasetChoices['repairs']>,
  leftOut: readonly string[],
) {
  const isOut = (key: string): boolean => leftOut.includes(key)
  const values = leftOut.filter((key) => /^-?\d+$/.test(key))
  return (found: FoundCase): FoundCase => {
    const repair = repairs.find(({ caseId }) => caseId === found.id)?.repair
    const gone = found.labels.flatMap((source) =>
      source.kind === 'mask' && isOut(source.labelKey) ? [source.labelKey] : [],
    )
    const read = found.labels.filter((source) => source.kind === 'map' || !isOut(source.labelKey))
    const labels = read.map((source): LabelSource => {
      const own = splits.filter(
        (key) => !isOut(key) && (source.kind === 'mask' ? source.labelKey === key : /^-?\d+$/.test(key)),
      )
      return {
        ...source,
        ...(source.kind === 'map' && values.length > 0 ? { leftOut: values } : {}),
        ...(own.length > 0 ? { split: own.map((key) => ({ key, planeMm: null })) } : {}),
        ...(repair ? { repair } : {}),
      }
    })
    return { ...found, labels, ...(gone.length > 0 ? { leftOut: gone } : {}) }
  }
}

/**
 * Labels that are split become one label a side, in their place.
 * @throws OrganMosaicError usage for a label that does not cover organs of both sides
 */
export function splitLabels(labels: readonly Label[], splits: readonly string[], { organs }: Vocabulary): Label[] {
  const unknown = splits.find((key) => !labels.some((label) => label.key === key))
  if (unknown !== undefined) {
    throw new OrganMosaicError(
      'usage',
      `The label ${unknown} cannot be split into left and right: no label is called so; the dataset has ${labels.map(({ key }) => key).join(', ') || 'none'}.`,
    )
  }
  const sideOf = (id: string) => organs.find((organ) => organ.id === id)?.laterality ?? null
  return labels.flatMap((label): Label[] => {
    if (!splits.includes(label.key)) return [label]
    const bySide = organsBySide(label.organs, sideOf)
    if (!bySide) {
      throw new OrganMosaicError(
        'usage',
        `The label ${label.key} (${label.sourceName}) cannot be split into left and right: it stands for ${label.organs.join(', ')}; expected organs of both sides, such as ${label.key}=kidney_left+kidney_right.`,
      )
    }
    const { color: _, ...plain } = label
    return SIDES.map((side) => ({
      ...plain,
      key: sidedKey(label.key, side),
      organs: bySide[side],
      split: { from: label.key, side },
    }))
  })
}

/** What was done to the labels, for whoever opens the dataset later. */
export function treatmentFindings(facts: readonly CaseFacts[], splits: readonly string[]): Finding[] {
  return [
    ...splits.flatMap((key) => splitFinding(key, facts)),
    ...facts.flatMap((each) => {
      const repaired = each.labels.filter(({ repair }) => repair !== undefined)
      if (repaired.length === 0) return []
      const [{ repair, path }] = repaired
      const how =
        repair === 'image-grid'
          ? 'taken voxel for voxel on the grid of the image'
          : 'resampled to the grid of the image (nearest neighbour)'
      const what = repaired.length === 1 ? `the label ${path} is` : `${repaired.length} label files are`
      const message = `Case ${each.id}: ${what} ${how}, as was chosen. The files are not changed; take the repair back on the page of the dataset, or with organ-mosaic repair.`
      return [createFinding('info', 'label-repaired', message, { caseId: each.id })]
    }),
  ]
}

function splitFinding(key: string, facts: readonly CaseFacts[]): Finding[] {
  const done = splitCases(key, facts)
  if (done.length === 0) return []
  const of = (method: SplitMethod): string[] => done.filter((each) => each.method === method).map(({ id }) => id)
  const listed = (ids: readonly string[]): string => ids.slice(0, 5).join(', ') + (ids.length > 5 ? ', ...' : '')
  const [parts, plane, oneSide] = [of('parts'), of('plane'), of('one side')]
  const sentences = [
    `The label ${key} is split into left and right in ${done.length} ${done.length === 1 ? 'case' : 'cases'}`,
    parts.length > 0 ? `${parts.length} by parts that lie apart` : '',
    plane.length > 0 ? `${plane.length} cut at the mid-sagittal plane (${listed(plane)})` : '',
    oneSide.length > 0 ? `${oneSide.length} with voxels on one side alone (${listed(oneSide)})` : '',
  ].filter((sentence) => sentence !== '')
  return [createFinding('info', 'label-split', `${sentences[0]}: ${sentences.slice(1).join(', ')}.`)]
}

export interface SplitCase {
  readonly id: string
  readonly method: SplitMethod
  readonly planeMm: number
}

/** Cases that have voxels of a label that is split. */
export function splitCases(key: string, facts: readonly CaseFacts[]): SplitCase[] {
  return facts.flatMap(({ id, labels, structures }) => {
    const has = SIDES.some((side) => (structures.get(sidedKey(key, side))?.voxels ?? 0) > 0)
    const found = labels.flatMap(({ split }) => split ?? []).find((split) => split.key === key && split.method)
    return has && found?.method && found.planeMm !== null ? [{ id, method: found.method, planeMm: found.planeMm }] : []
  })
}
