// Several DICOM series as the channels of one case: the lab names them as the scanner does, such as T1 and T2, and those in
// the frame of reference of the labelled series belong to it.
import type { DicomSeries } from '../../../../trainer/imaging/dicom/dicom-series.ts'

/**
 * @param labelled the series that a case was labelled on
 * @param names words of series descriptions, in the order of the channels
 * @returns a series a channel, null where none is called so
 */
export const channelSeries = (
  labelled: DicomSeries,
  images: readonly DicomSeries[],
  names: readonly string[],
): (DicomSeries | null)[] => {
  const together = images.filter((each) => each === labelled || isBeside(each, labelled))
  return names.map((name) => {
    const called = together.filter((each) => isCalled(each, name))
    // A repeated series is called alike: the labelled one is meant, then the one with as many slices.
    const alike = called.filter(({ files }) => files.length === labelled.files.length)
    return called.find((each) => each === labelled) ?? (called.length === 1 ? called[0] : null) ?? single(alike)
  })
}

/** Whether some series has another one beside it, both called as the names say. */
export const areSeries = (names: readonly string[], images: readonly DicomSeries[]): boolean =>
  images.some((each) => channelSeries(each, images, names).filter((found) => found !== null).length > 1)

/** Names of the series that could be channels beside those that are labelled, as far as they are told apart. */
export function possibleChannels(labelled: readonly DicomSeries[], images: readonly DicomSeries[]): string[] {
  const beside = images.filter((each) => !labelled.includes(each) && labelled.some((other) => isBeside(each, other)))
  const names = [...labelled, ...beside].map(descriptionOf)
  const different = [...new Set(names)]
  return beside.length > 0 && different.length > 1 && !different.includes('') ? different : []
}

const single = (some: readonly DicomSeries[]): DicomSeries | null => (some.length === 1 ? some[0] : null)

const isBeside = (series: DicomSeries, labelled: DicomSeries): boolean => {
  const [own] = series.files
  const [other] = labelled.files
  return own.frameOfReference !== '' && own.frameOfReference === other.frameOfReference && own.patient === other.patient
}

const descriptionOf = ({ files }: DicomSeries): string => files[0].description.trim()

const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join(' ')

/** The whole description, or words of it: `T1` is said by "Ax T1 post". */
const isCalled = (series: DicomSeries, name: string): boolean =>
  wordsOf(name) !== '' && ` ${wordsOf(descriptionOf(series))} `.includes(` ${wordsOf(name)} `)
