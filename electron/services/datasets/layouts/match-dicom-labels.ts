// Which segmentation or structure set belongs to which series: by the series it names, else by the images it names, else
// by the frame of reference. Never by file name.
import { basename } from 'node:path'
import type { DicomFacts } from '../../../../trainer/imaging/dicom/dicom-facts.ts'
import type { DicomSeries } from '../../../../trainer/imaging/dicom/dicom-series.ts'

export interface MatchedLabels {
  /** Series UID -> absolute paths */
  readonly labelsOf: ReadonlyMap<string, readonly string[]>
  /** Series UID -> one sentence a label file that was drawn on slices which are not there */
  readonly lostSlices: ReadonlyMap<string, readonly string[]>
  /** One sentence a file that belongs to no series of the folder */
  readonly unmatched: readonly string[]
}

export function matchLabels(series: readonly DicomSeries[], images: readonly DicomSeries[]): MatchedLabels {
  const seriesOfInstance = new Map(
    images.flatMap(({ uid, files }) => files.map((file) => [file.instance, uid] as const)),
  )
  const known = new Set(images.map(({ uid }) => uid))
  const labelsOf = new Map<string, string[]>()
  const lostSlices = new Map<string, string[]>()
  const unmatched: string[] = []
  for (const label of series
    .flatMap(({ files }) => files)
    .filter(({ kind }) => kind === 'segmentation' || kind === 'structures')) {
    const uid = seriesFor(label, known, seriesOfInstance, images)
    if (uid === null) unmatched.push(sentence(label))
    else labelsOf.set(uid, [...(labelsOf.get(uid) ?? []), label.path])
    const lost = uid === null ? null : lostSlicesOf(label, uid, seriesOfInstance)
    if (uid !== null && lost !== null) lostSlices.set(uid, [...(lostSlices.get(uid) ?? []), lost])
  }
  return { labelsOf, lostSlices, unmatched }
}

/** null where it lists none, or none that is there: then the images were given new UIDs, and nothing is known. */
function lostSlicesOf(label: DicomFacts, uid: string, seriesOfInstance: ReadonlyMap<string, string>): string | null {
  // Of several series it does not say here which slice is of which.
  if (label.references.length > 1) return null
  const there = label.referencedInstances.filter((instance) => seriesOfInstance.get(instance) === uid).length
  const drawn = label.referencedInstances.length
  if (there === 0 || there === drawn) return null
  const what = `${kindOfLabel(label)} ${basename(label.path)}`
  return `the structures of ${what} were drawn on ${drawn} slices, and ${there} of them ${there === 1 ? 'is' : 'are'} there; what lies on the others is lost. Copy the whole series again.`
}

const kindOfLabel = ({ kind }: DicomFacts): string => (kind === 'structures' ? 'RTSTRUCT' : 'SEG')

function seriesFor(
  label: DicomFacts,
  known: ReadonlySet<string>,
  seriesOfInstance: ReadonlyMap<string, string>,
  images: readonly DicomSeries[],
): string | null {
  const named = label.references.find((uid) => known.has(uid))
  if (named !== undefined) return named
  const counts = new Map<string, number>()
  for (const instance of label.referencedInstances) {
    const uid = seriesOfInstance.get(instance)
    if (uid !== undefined) counts.set(uid, (counts.get(uid) ?? 0) + 1)
  }
  const [byImages] = [...counts].sort((a, b) => b[1] - a[1])
  if (counts.size > 0) return byImages[0]
  if (label.frameOfReference === '') return null
  const same = images.filter(({ files }) => files[0].frameOfReference === label.frameOfReference)
  return same.length === 1 ? same[0].uid : null
}

const sentence = (label: DicomFacts): string => {
  const named = label.references.length > 0 ? `the series ${label.references[0]}` : 'no series'
  return `${kindOfLabel(label)} ${basename(label.path)} refers to ${named}, which this folder does not hold; copy that series into the folder, or remove the file.`
}
