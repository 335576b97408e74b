// What a layout detector is and what it hands on: files grouped into cases, and the names that labels have there.
// A detector looks at names and small text files only; volumes are read later, a case at a time.
import type { DicomPerson, LabelSource } from '../../../../contract/case.ts'
import type { Modality } from '../../../../contract/channel.ts'
import type { DatasetRole, FolderReading, LayoutId } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import type { FolderListing } from '../list-folder.ts'

export interface FoundLabel {
  /** The value in the label maps ("10") or the mask file name without extension */
  readonly key: string
  readonly sourceName: string
}

/** A case as its files; what is missing stays visible as null or an empty list. */
export interface FoundCase {
  readonly id: string
  /** One a channel, in their order */
  readonly images: readonly (string | null)[]
  readonly labels: readonly LabelSource[]
  readonly problems: readonly Finding[]
  /** Keys of its masks that are not to be read; they are no longer among the labels */
  readonly leftOut?: readonly string[]
  /** As folders, file names or a table call the person */
  readonly patient?: string
  /** What DICOM files say instead, as hashes */
  readonly dicom?: DicomPerson
}

/** null: the files do not say */
export interface FoundChannel {
  readonly name: string | null
  readonly modality: Modality | null
}

export interface LayoutMatch {
  readonly layout: LayoutId
  readonly reason: string
  /** What the dataset calls itself, a hint for names such as "Anterior" */
  readonly title: string | null
  /** What image n of every case is */
  readonly channels: readonly FoundChannel[]
  /** null: nothing declares them; the values that the label maps hold are the labels */
  readonly labels: readonly FoundLabel[] | null
  readonly cases: readonly FoundCase[]
  /** Label key -> #rrggbb, where the label files propose colours; the first file counts */
  readonly colors?: ReadonlyMap<string, string>
  /** Label key -> what the label files say it is (PTV, EXTERNAL); those that say different things say nothing */
  readonly types?: ReadonlyMap<string, string>
  /** What the folder holds beside its cases and should be known */
  readonly notes?: readonly Finding[]
  /** Names that would make series of the folder, which are not used, channels of its cases */
  readonly possibleChannels?: readonly string[]
  /** Datasets that one folder lists, or pipelines that it holds: one is read, the first where none is chosen */
  readonly subsets?: readonly string[]
}

export interface LayoutDetector {
  readonly id: LayoutId
  /** One sentence for people whose folder fits nothing */
  readonly expects: string
  /**
   * null when the folder is not of this kind.
   * @throws OrganMosaicError invalid-data when it clearly is, but cannot be used; usage when the reading does not fit
   */
  detect(folder: FolderListing, role: DatasetRole, reading: FolderReading): Promise<LayoutMatch | null>
}

const MR_NAME = /^(mr|mri|mrt|t1|t1w|t1c|t1ce|t1gd|t2|t2w|t2f|flair|adc|dwi)([^a-z]|$)/i

/** The only channel of a dataset. */
export const oneChannel = (modality: Modality | null): FoundChannel[] => [{ name: null, modality }]

/** A channel that the files name. */
export const namedChannel = (name: string): FoundChannel => ({ name, modality: modalityOf(name) ?? 'other' })

/** From a channel, file or folder name; null when it says nothing. */
export function modalityOf(name: string): Modality | null {
  if (/^(cb)?cts?([^a-z]|$)/i.test(name)) return 'CT'
  return MR_NAME.test(name) ? 'MR' : null
}
