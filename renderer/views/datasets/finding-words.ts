// Findings as a window shows them: a title for each kind, and what to do about it here.
import type { Finding, FindingCode } from '../../../contract/finding.ts'

const words: Record<FindingCode, readonly [title: string, advice: string]> = {
  'missing-image': ['Image missing', 'Add the file and look for new cases, or go on without the case.'],
  'missing-label': ['Label missing', 'Add the file and look for new cases, or go on without the case.'],
  'unreadable-image': ['Image cannot be read', 'Copy or export the file again.'],
  'unreadable-label': ['Label cannot be read', 'Copy or export the file again.'],
  'shape-mismatch': ['Label of another size', 'Repair it on this page, or export the label on the grid of its image.'],
  'geometry-mismatch': ['Label at another place', 'Repair it on this page: both ways are shown before one is chosen.'],
  'geometry-drift': ['Label slightly displaced', 'Nothing; the grid of the image is used for both.'],
  'unknown-label-value': ['Unknown label value', 'Say in the label table what the value means, or correct the file.'],
  'non-integer-label': ['Label was interpolated', 'Export it again with nearest neighbour.'],
  'empty-label': ['Empty mask', 'Remove the file if the organ was never drawn.'],
  'all-labels-empty': ['Nothing labelled', 'Exclude the case if its organs were never drawn.'],
  'label-overlap': [
    'Structures overlap',
    'Look at the borders of the two in the viewer, or choose who keeps the voxels.',
  ],
  'not-finite': ['Image with invalid values', 'Replace NaN and infinity by air (CT) or 0 (MR).'],
  'constant-image': ['Empty image', 'Export the scan again.'],
  'duplicate-image': ['Same image twice', 'Use one of the two; never train on one and test on the other.'],
  'unmapped-organ': [
    'Name not in the vocabulary',
    'Choose the organ in the label table to share it with other datasets.',
  ],
  'undeclared-label': ['Value without a name', 'Choose the organ in the label table.'],
  'left-out-label': ['Labels left out', 'Choose an organ in the label table to read one after all.'],
  'ambiguous-file': ['Files that fit no place', 'Rename or remove all but one.'],
  'not-three-dimensional': [
    'Not one 3D volume',
    'Choose the volume to use above, or extract it into a file of its own.',
  ],
  'label-split': ['Label split into left and right', 'Look at the pictures; those cut at the plane come first.'],
  'label-repaired': ['Label repaired when it is read', 'Nothing; the repair can be taken back on this page.'],
  'mapping-file': ['Mapping file and labels differ', 'Look at the label table.'],
  'swapped-sides': ['Left and right', 'Look at a case in the viewer: the letters beside the slices say the sides.'],
  'unusual-position': ['Organs lie the other way round', 'Look at the case in the viewer.'],
  'implausible-volume': ['Volume unlike an adult’s', 'Look whether the organ is drawn completely and alone.'],
  'outlier-volume': ['Volume unlike the other cases', 'Look whether the organ is drawn completely and alone.'],
  'organ-at-border': ['Organ at the border of the image', 'Nothing; its volume is not compared there.'],
  'sometimes-absent': ['Organ absent in some cases', 'Say in the label table if it was not drawn there.'],
  'shared-patient': ['Patient of another dataset', 'Never train on one and test on the other.'],
  'unknown-patients': [
    'Files do not tell people apart',
    'Write a patients.csv (case,patient), or group the cases by patient on this page.',
  ],
  'missing-slices': ['Slices are missing', 'Copy or export the whole series again.'],
  'patient-identifiers': [
    'Files name the patient',
    'Nothing; they are not copied. De-identify files before you share them.',
  ],
  'header-oddity': ['Unusual header', 'Nothing, if the viewer shows the case in place.'],
}

/** Where a kind says another thing at another severity. */
const otherWords: Partial<Record<`${Finding['severity']} ${FindingCode}`, readonly [title: string, advice: string]>> = {
  'warning ambiguous-file': [
    'Files that contradict each other',
    'Each sentence says which is used, and how to change it.',
  ],
  'info label-overlap': [
    'Regions that share values',
    'Nothing, or choose above who keeps the voxels of two that exclude each other.',
  ],
  'info ambiguous-file': [
    'Files that are not used',
    'Nothing, unless one belongs to a case: each sentence says how it would.',
  ],
}

export interface FindingGroup {
  readonly severity: Finding['severity']
  readonly title: string
  readonly advice: string
  readonly findings: Finding[]
}

const order: readonly Finding['severity'][] = ['error', 'warning', 'info']
export const severityWords: Record<Finding['severity'], string> = { error: 'Excluded', warning: 'Check', info: 'Note' }

/** One group a kind and severity, the gravest first. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`)
  return [...groups.values()]
    .map((same) => {
      const [{ severity, code }] = same
      const [title, advice] = otherWords[`${severity} ${code}`] ?? words[code]
      return { severity, title, advice, findings: same }
    })
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
}
