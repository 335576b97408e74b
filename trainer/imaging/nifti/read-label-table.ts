// Names and colours that a NIfTI label map carries for its values: the LabelTable of an XML header extension, as Connectome
// Workbench and TotalSegmentator write it. Reads the start of the file alone.
import { readStart } from '../files/read-bytes.ts'
import { hexColor } from '../segmentation/segmentation.ts'
import { HEADER_BYTES, parseNiftiHeader } from './nifti-header.ts'

export interface NamedValue {
  readonly value: number
  readonly name: string
  /** #rrggbb, null where the table says nothing */
  readonly color: string | null
}

/** As they lie on the disk; the XML of a few hundred labels takes a tenth of it. */
const MOST_BYTES = 2 ** 18

/**
 * @param path .nii or .nii.gz
 * @returns empty where the file has no table
 * @throws OrganMosaicError not-found, environment, invalid-file as readNiftiHeader
 */
export async function readLabelTable(path: string): Promise<NamedValue[]> {
  const start = await readStart(path, MOST_BYTES)
  const { pair, version, dataOffset } = parseNiftiHeader(start.subarray(0, HEADER_BYTES), path)
  if (pair || version === 'analyze') return []
  const text = new TextDecoder().decode(start.subarray(version === 2 ? 544 : 352, dataOffset))
  const [table = ''] = /<LabelTable>.*?<\/LabelTable>/s.exec(text) ?? []
  return [...table.matchAll(/<Label\s([^>]*)>(.*?)<\/Label>/gs)].flatMap(([, attributes, content]) => {
    const get = (key: string): string => new RegExp(`\\b${key}="([^"]*)"`).exec(attributes)?.[1] ?? ''
    const [value, name] = [Number(get('Key') || NaN), plain(content)]
    // Workbench names what is no label, too: 0, "???".
    if (!Number.isInteger(value) || value === 0 || name === '') return []
    return [{ value, name, color: hexColor(['Red', 'Green', 'Blue'].map((part) => Number(get(part) || NaN))) }]
  })
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function plain(content: string): string {
  const [, quoted] = /^\s*<!\[CDATA\[(.*?)\]\]>\s*$/s.exec(content) ?? []
  return (quoted ?? content.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name])).trim()
}
