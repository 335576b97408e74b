// From rows of a manifest to cases: rows of one image are one case. A file that is not there excludes its case only, with
// the line that names it.
import { isAbsolute, relative, sep } from 'node:path'
import type { LabelSource } from '../../../../contract/case.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { pathOf } from '../../../../trainer/imaging/image-source.ts'
import { createFinding } from '../create-finding.ts'
import type { FolderListing } from '../list-folder.ts'
import { caseIdOf, stemOf } from './case-files.ts'
import type { FoundCase } from './layout.ts'
import type { ManifestRow } from './manifest-rows.ts'

export function casesOfManifest(
  rows: readonly ManifestRow[],
  folder: FolderListing,
  manifest: string,
): { cases: FoundCase[]; notes: Finding[] } {
  const byImage = Map.groupBy(rows, ({ images, caseId }) => [...images, caseId].join('\n'))
  const groups = [...byImage.values()]
  const names = nameEach(groups.map(([first]) => first))
  // One file a case is a label map; where a case has several, each is the mask of an organ.
  const several = groups.some(
    (own) => own.flatMap(({ labels }) => labels).filter(({ organ }) => organ === null).length > 1,
  )
  const cases = groups.map((own, at): FoundCase => {
    const problems: Finding[] = []
    const placed = (path: string, line: number, what: 'image' | 'label'): string | null => {
      const problem = problemWith(path, folder)
      const place = inFolder(path, folder)
      if (problem === null) return place
      const code = what === 'image' ? 'missing-image' : 'missing-label'
      problems.push(createFinding('error', code, `${manifest}, line ${line}: ${problem}`, { caseId: names[at] }))
      return null
    }
    const [{ images: given, line: first }] = own
    const images = given.map((path) => (path === '' ? null : placed(path, first, 'image')))
    const labels = own.flatMap(({ labels: said, line }) =>
      said.flatMap(({ path, organ }): LabelSource[] => {
        const place = placed(path, line, 'label')
        if (place === null) return []
        const labelKey = organ ?? (several ? withoutCase(stemOf(place), names[at]) : null)
        return [labelKey === null ? { kind: 'map', path: place } : { kind: 'mask', path: place, labelKey }]
      }),
    )
    const patient = own.map((row) => row.patient).find((name) => name !== '')
    return { id: names[at], images, labels, problems, ...(patient === undefined ? {} : { patient }) }
  })
  return { cases, notes: [] }
}

/** As the table calls it, else like its image, with its folders where two images have one name. */
function nameEach(rows: readonly ManifestRow[]): string[] {
  const imageOf = ({ images }: ManifestRow): string => images.find((image) => image !== '') ?? ''
  const short = rows.map((row) => row.caseId || caseIdOf(pathOf(imageOf(row))))
  return rows.map((row, at) => {
    if (row.caseId !== '' || short.indexOf(short[at]) === short.lastIndexOf(short[at])) return short[at]
    return imageOf(row).replaceAll('\\', '/').replace(/^\.\//, '').replaceAll('/', '_')
  })
}

/** The end of a sentence; null when the file or folder is there. */
function problemWith(path: string, folder: FolderListing): string | null {
  const place = pathOf(inFolder(path, folder))
  if (place.startsWith('../') || isAbsolute(place)) {
    return `${path} lies outside ${folder.root}; put the table into a folder that holds all of its files.`
  }
  if (folder.files.includes(place) || folder.files.some((file) => file.startsWith(`${place}/`))) return null
  return `there is no file ${path} in ${folder.root}; correct the path, which begins at the folder of the table.`
}

function inFolder(path: string, { root }: FolderListing): string {
  const inside = isAbsolute(path) ? relative(root, path).split(sep).join('/') : path.replaceAll('\\', '/')
  return inside
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/')
}

/** 'P01_liver' of case P01 -> 'liver' */
const withoutCase = (stem: string, caseId: string): string =>
  stem.startsWith(caseId) && /^[-_. ]./.test(stem.slice(caseId.length)) ? stem.slice(caseId.length + 1) : stem
