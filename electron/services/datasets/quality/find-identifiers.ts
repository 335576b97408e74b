// Do the files of a case hold who the patient is? Only which fields do leaves this module, never what is in them: nothing
// of it goes into the workspace, a message or a log.
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Finding } from '../../../../contract/finding.ts'
import type { DicomDataset } from '../../../../trainer/imaging/dicom/dicom-dataset.ts'
import { tellsNobody } from '../../../../trainer/imaging/dicom/patient-id.ts'
import { isDicom } from '../../../../trainer/imaging/dicom/parse-dicom.ts'
import { readDicomHeader } from '../../../../trainer/imaging/dicom/read-dicom-file.ts'
import { readStart } from '../../../../trainer/imaging/files/read-bytes.ts'
import { filesOfImage } from '../../../../trainer/imaging/read-image.ts'
import { pathOf } from '../../../../trainer/imaging/image-source.ts'
import { createFinding } from '../create-finding.ts'

export interface Identifiers {
  /** Names of the fields that hold something */
  readonly fields: readonly string[]
  /** The name or the identifier in the files is also in the names of files and folders */
  readonly inPath: boolean
}

/** Direct identifiers alone; dates of studies and descriptions tell nobody who it is. */
const DICOM_FIELDS: ReadonlyMap<string, number> = new Map([
  ['PatientName', 0x00100010],
  ['PatientID', 0x00100020],
  ['PatientBirthDate', 0x00100030],
  ['OtherPatientIDs', 0x00101000],
  ['PatientAddress', 0x00101040],
  ['PatientTelephoneNumbers', 0x00102154],
])
const IDENTITY_REMOVED = 0x00120062
/** What stands there instead once it was removed: a placeholder, a pseudonym that says so, or the date of nobody. */
const isRemoved = (value: string): boolean =>
  tellsNobody(value) || /anon|de-?id|removed|unknown|^(1900|0001)0101$|^\d{4}0000$/i.test(value)
/** Keys of text headers (NRRD, MetaImage) that name a person. */
const NAMING_KEY = /^\s*"?([\w .-]*(patient|birth|(^|[^a-z])mrn|dicom[_ -]?0010)[\w .-]*)"?\s*(:=|=|:)\s*(\S.*)$/i
const HEADER_BYTES = 2 ** 14
const NIFTI_DICOM_EXTENSION = 2
/** Where NIfTI-1 and -2 have room for words: [offset, length]. */
const NIFTI_TEXTS: readonly Readonly<Record<string, readonly [number, number]>>[] = [
  { db_name: [14, 18], descrip: [148, 80], aux_file: [228, 24], intent_name: [328, 16] },
  { descrip: [240, 80], aux_file: [320, 24], intent_name: [508, 16] },
]
/** DOE^JANE; Doe, Jane; DOE JANE 19610203; or a word that announces it. A date alone may be that of the scan. */
const NAMES_SOMEBODY = [
  /\p{L}\^\p{L}/u,
  /^\p{Lu}[\p{L}'-]+,\s*\p{Lu}[\p{L}'-]+(\s+\p{Lu}[\p{L}'-]*)*([\s,;]+[\d./-]+)?$/u,
  /\p{L}{2,}[\s_,^]+\p{L}{2,}[\s_,^]+(19|20)\d{2}[-./]?[01]\d[-./]?[0-3]\d/u,
  /patient'?s?[ _]?(name|id)\b|birth|\b(dob|born|mrn)\b/i,
]
const SIDECAR_BYTES = 2 ** 20

/**
 * @param addresses image and labels of a case, absolute or relative to the root
 * @param called what is written of a case beside its voxels: its paths unless given
 */
export async function findIdentifiers(
  root: string,
  addresses: readonly string[],
  called: readonly string[] = addresses,
): Promise<Identifiers> {
  const words = new Set(called.flatMap((name) => wordsOf(pathOf(name))))
  const found = await Promise.all(
    addresses.map((address) => ofAddress(resolve(root, address), words).catch(() => NOTHING)),
  )
  return { fields: [...new Set(found.flatMap(({ fields }) => fields))], inPath: found.some(({ inPath }) => inPath) }
}

const NOTHING: Identifiers = { fields: [], inPath: false }

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)

/** The first file stands for a series: its files are of one patient. */
async function ofAddress(address: string, words: ReadonlySet<string>): Promise<Identifiers> {
  const [first = pathOf(address)] = await filesOfImage(address).catch(() => [pathOf(address)])
  const start = await readStart(first, HEADER_BYTES)
  if (isDicom(start)) return ofDicom((await readDicomHeader(first)).dataset, words)
  const beside = await ofSidecar(first, words)
  return { fields: [...ofNifti(start), ...ofText(start), ...beside.fields], inPath: beside.inPath }
}

function ofDicom(dataset: DicomDataset, words: ReadonlySet<string>): Identifiers {
  if (/^yes$/i.test(dataset.text(IDENTITY_REMOVED)?.trim() ?? '')) return NOTHING
  return ofFields((_, tag) => dataset.text(tag) ?? '', words)
}

/** The JSON that converters of DICOM write beside an image. */
async function ofSidecar(path: string, words: ReadonlySet<string>): Promise<Identifiers> {
  const sidecar = path.replace(/(\.nii|\.img|\.hdr|\.seg)?\.[^./\\]+$/i, '.json')
  const file = await stat(sidecar).catch(() => null)
  if (sidecar === path || !file?.isFile() || file.size > SIDECAR_BYTES) return NOTHING
  const content: unknown = await readFile(sidecar, 'utf8')
    .then(JSON.parse)
    .catch(() => null)
  if (typeof content !== 'object' || content === null) return NOTHING
  const values = new Map(Object.entries(content))
  const found = ofFields((name) => {
    const value: unknown = values.get(name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }, words)
  return { fields: found.fields.map((name) => `${name} in a JSON file`), inPath: found.inPath }
}

function ofFields(valueOf: (name: string, tag: number) => string, words: ReadonlySet<string>): Identifiers {
  const present = [...DICOM_FIELDS].flatMap(([name, tag]) => {
    const value = valueOf(name, tag).trim()
    return isRemoved(value) ? [] : [{ name, value }]
  })
  const inPath = present.some(
    ({ name, value }) =>
      // A study's own numbers for its patients are no identifiers, and nobody is known by a first name alone.
      name === 'PatientName' &&
      wordsOf(value).some((part) => part.length > 2 && /^\p{L}+$/u.test(part) && words.has(part)),
  )
  return { fields: present.map(({ name }) => name), inPath }
}

/** A copy of the DICOM header, or a name in a field for words, into which converters put it. */
function ofNifti(start: Uint8Array): string[] {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  if (start.length < 352) return []
  const version = [348, 540].findIndex((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size)
  if (version < 0) return []
  const [end, little] = [version === 0 ? 348 : 540, view.getInt32(0, true) === (version === 0 ? 348 : 540)]
  const naming = Object.entries(NIFTI_TEXTS[version]).flatMap(([field, [at, length]]) => {
    const text = Buffer.from(start.subarray(at, at + length))
      .toString('utf8')
      .replace(/\0.*$/s, '')
      .trim()
    return !tellsNobody(text) && NAMES_SOMEBODY.some((pattern) => pattern.test(text)) ? [field] : []
  })
  const extended =
    start.length >= end + 12 && start[end] !== 0 && view.getInt32(end + 8, little) === NIFTI_DICOM_EXTENSION
  return [...naming, ...(extended ? ['a DICOM extension'] : [])]
}

/** Keys of NRRD and MetaImage headers, which are lines of text before the voxels. */
function ofText(start: Uint8Array): string[] {
  const text = Buffer.from(start).toString('latin1')
  if (!/^(NRRD|(ObjectType|NDims|Comment)\b)/.test(text)) return []
  const lines = text.split(/\r?\n\r?\n/, 1)[0].split(/\r?\n/)
  return lines.flatMap((line) => {
    const found = NAMING_KEY.exec(line)
    return found && !isRemoved(found[5].trim()) ? [found[1].trim().slice(0, 40)] : []
  })
}

/** One note for all cases, and a warning where names of people are names of files. */
export function identifierFindings(cases: readonly Identifiers[]): Finding[] {
  const holding = cases.filter(({ fields }) => fields.length > 0)
  if (holding.length === 0) return []
  const fields = [...new Set(holding.flatMap((each) => each.fields))].slice(0, 8).join(', ')
  const number = holding.length === 1 ? '1 case' : `${holding.length} cases`
  const note = `The files of ${number} say who the patient is (${fields}). OrganMosaic copies none of it into its workspace or its logs; only a DICOM SEG or RTSTRUCT that it exports repeats what its source series says.`
  const named = cases.filter(({ inPath }) => inPath).length
  const warning = `Files or folders of ${named === 1 ? '1 case' : `${named} cases`} are called like the patient in the files: paths are kept in the workspace, and names of folders become names of cases, in lists, reports and exports. Rename them and register again.`
  return [
    createFinding('info', 'patient-identifiers', note),
    ...(named > 0 ? [createFinding('warning', 'patient-identifiers', warning)] : []),
  ]
}
