// Label files that name their structures (3D Slicer's .seg.nrrd) become one source a structure: two patients' files may
// give one number to different organs, but not one name.
import { join } from 'node:path'
import type { LabelSource } from '../../../../contract/case.ts'
import { pathOf, segmentAddress } from '../../../../trainer/imaging/image-source.ts'
import { openSegmentation } from '../../../../trainer/imaging/read-label.ts'
import type { Segment } from '../../../../trainer/imaging/segmentation/segmentation.ts'
import { createFinding } from '../create-finding.ts'
import type { FoundCase, FoundLabel, LayoutMatch } from './layout.ts'

const MAY_HAVE_NAMES = /\.(nrrd|nhdr|dcm|dicom|ima)$/i

/** The same match where nothing has names. A file that cannot be opened stays: reading it says what is wrong. */
export async function expandSegments(match: LayoutMatch, root: string): Promise<LayoutMatch> {
  const cases: FoundCase[] = []
  const replaced = new Set<string>()
  const colors = new Map(match.colors)
  const types = new Map(match.types)
  for (const found of match.cases) {
    const labels: LabelSource[] = []
    for (const source of found.labels) {
      const segments = await segmentsOf(source, root)
      const own = segments?.map(({ id, name }): LabelSource => {
        return { kind: 'mask', path: segmentAddress(source.path, id), labelKey: name }
      })
      labels.push(...(own ?? [source]))
      proposeColors(colors, segments ?? [])
      noteTypes(types, segments ?? [])
      if (own && source.kind === 'mask') replaced.add(source.labelKey)
    }
    cases.push(withoutDoubles({ ...found, labels }))
  }
  const named = cases.flatMap(({ labels }) =>
    labels.flatMap((source) =>
      source.kind === 'mask' && source.path !== pathOf(source.path) ? [source.labelKey] : [],
    ),
  )
  if (named.length === 0) return match
  return { ...match, cases, colors, types, labels: labelsWith(match, cases, replaced, [...new Set(named)].sort()) }
}

/** null for a file without named structures. */
async function segmentsOf(source: LabelSource, root: string): Promise<readonly Segment[] | null> {
  if (!MAY_HAVE_NAMES.test(source.path)) return null
  const segmentation = await openSegmentation(join(root, source.path)).catch(() => null)
  return segmentation && segmentation.segments.length > 0 ? segmentation.segments : null
}

/** The first file that proposes a colour for a name counts. */
export function proposeColors(colors: Map<string, string>, segments: readonly Pick<Segment, 'name' | 'color'>[]): void {
  for (const { name, color } of segments) if (color !== null && !colors.has(name)) colors.set(name, color)
}

/** An empty type: two files say different things of one name. */
export function noteTypes(types: Map<string, string>, segments: readonly Pick<Segment, 'name' | 'type'>[]): void {
  for (const { name, type } of segments) {
    if (type !== undefined) types.set(name, (types.get(name) ?? type) === type ? type : '')
  }
}

/** Two files of one case that both draw a structure: nobody guesses which is meant, the first is used and the other named. */
export function withoutDoubles(found: FoundCase): FoundCase {
  const seen = new Map<string, string>()
  const problems = [...found.problems]
  const labels = found.labels.filter((source) => {
    if (source.kind === 'map') return true
    const first = seen.get(source.labelKey)
    if (first === undefined) {
      seen.set(source.labelKey, source.path)
      return true
    }
    const message = `Case ${found.id}: ${pathOf(source.path)} draws ${source.labelKey}, and so does ${pathOf(first)}, which is used; remove or rename one of them.`
    problems.push(createFinding('warning', 'ambiguous-file', message, { caseId: found.id }))
    return false
  })
  return { ...found, labels, problems }
}

/** With label maps left that nothing explains, the values that occur stay the labels. */
function labelsWith(
  match: LayoutMatch,
  cases: readonly FoundCase[],
  replaced: ReadonlySet<string>,
  names: readonly string[],
): readonly FoundLabel[] | null {
  const declared = match.labels?.filter(({ key }) => !replaced.has(key))
  const hasMaps = cases.some(({ labels }) => labels.some(({ kind }) => kind === 'map'))
  if (declared === undefined && hasMaps) return null
  const known = declared ?? []
  const added = names.filter((name) => !known.some(({ key }) => key === name))
  return [...known, ...added.map((name) => ({ key: name, sourceName: name }))]
}
