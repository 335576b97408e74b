// Do the files of a case hold who the patient is? Only which fields do leaves this module, never what is in them: nothing
// of it goes into the workspace, a message or a log.
import { join } from 'node:path'
import type { Finding } from '../../../../contract/dataset.ts'
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

/** @param addresses image and labels of a case, relative to the root */
export async function findIdentifiers(root: string, addresses: readonly string[]): Promise<Identifiers> {
  const found = await Promise.all(addresses.map((address) => ofAddress(root, address).catch(() => NOTHING)))
  return { fields: [...new Set(found.flatMap(({ fields }) => fields))], inPath: found.some(({ inPath }) => inPath) }
}

const NOTHING: Identifiers = { fields: [], inPath: false }

/** The first file stands for a series: its files are of one patient. */
async function ofAddress(root: string, address: string): Promise<Identifiers> {
  const path = pathOf(address)
  const [first = join(root, path)] = await filesOfImage(join(root, address)).catch(() => [join(root, path)])
  const start = await readStart(first, HEADER_BYTES)
  if (isDicom(start)) return ofDicom((await readDicomHeader(first)).dataset, path)
  return { fields: [...ofNifti(start), ...ofText(start)], inPath: false }
}

function ofDicom(dataset: DicomDataset, path: string): Identifiers {
  if (/^yes$/i.test(dataset.text(IDENTITY_REMOVED)?.trim() ?? '')) return NOTHING
  const present = [...DICOM_FIELDS].flatMap(([name, tag]) => {
    const value = dataset.text(tag)?.trim() ?? ''
    return isRemoved(value) ? [] : [{ name, value }]
  })
  const told = present.filter(({ name }) => name === 'PatientName' || name === 'PatientID')
  const words = new Set(path.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  const inPath = told.some(({ name, value }) => {
    const parts = value.toLowerCase().split(/[^\p{L}\p{N}]+/u)
    // A study's own numbers for its patients are no identifiers, and nobody is known by a first name alone.
    return name === 'PatientName' && parts.some((part) => part.length > 2 && /^\p{L}+$/u.test(part) && words.has(part))
  })
  return { fields: present.map(({ name }) => name), inPath }
}

/** A copy of the DICOM header, or a name in the field that older converters put it into. */
function ofNifti(start: Uint8Array): string[] {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  if (start.length < 352) return []
  const little = view.getInt32(0, true) === 348
  if (!little && view.getInt32(0, false) !== 348) return []
  const name = Buffer.from(start.subarray(14, 32)).toString('latin1').replaceAll('\0', '').trim()
  const extended = start[348] !== 0 && start.length >= 360 && view.getInt32(356, little) === NIFTI_DICOM_EXTENSION
  return [...(/\p{L}[\^,]\s*\p{L}/u.test(name) ? ['db_name'] : []), ...(extended ? ['a DICOM extension'] : [])]
}

/** Keys of NRRD and MetaImage headers, which are lines of text before the voxels. */
function ofText(start: Uint8Array): string[] {
  const text = Buffer.from(start).toString('latin1')
  if (!/^(NRRD|(ObjectType|NDims|Comment)\b)/.test(text)) return []
  const lines = text.split(/\r?\n\r?\n/, 1)[0].split(/\r?\n/)
  return lines.flatMap((line) => {
    const found = NAMING_KEY.exec(line)
    return found && !isRemoved(found[4].trim()) ? [found[1].trim().slice(0, 40)] : []
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
