// Organs that the image does not show whole, and organs that some label maps leave out.
import type { Border, Case } from '../../../../contract/case.ts'
import type { Label } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import type { OrganId } from '../../../../contract/organ.ts'
import { createFinding } from '../create-finding.ts'

const BORDERS: readonly Border[] = ['superior', 'inferior', 'left', 'right', 'anterior', 'posterior']

/** One note an organ that reaches a border of the image somewhere: which, and in how many cases. */
export function checkBorders(cases: readonly Case[], nameOf: (organ: OrganId) => string): Finding[] {
  const organs = new Set(cases.flatMap(({ places = {} }) => Object.keys(places)))
  return [...organs].flatMap((organ) => {
    const placed = cases.flatMap(({ places }) => places?.[organ] ?? [])
    const cut = placed.filter(({ borders }) => borders.length > 0)
    if (cut.length === 0) return []
    const counts = BORDERS.map(
      (border) => [border, cut.filter(({ borders }) => borders.includes(border)).length] as const,
    )
    const where = counts.filter(([, count]) => count > 0).map(([border, count]) => `${border} ${count}`)
    const message = `${nameOf(organ)} reaches the border of the image in ${cut.length} of ${placed.length} cases (${where.join(', ')}): it is not whole there, and its volume is not compared.`
    return [createFinding('info', 'organ-at-border', message, { organ })]
  })
}

/** An organ that most label maps have and some do not: was it not there, or not drawn? */
export function checkAbsence(
  cases: readonly Case[],
  labels: readonly Label[],
  nameOf: (organ: OrganId) => string,
): Finding[] {
  const single = labels.filter(({ organs }) => organs.length === 1)
  return single.flatMap(({ key, organs: [organ], split }) => {
    const states = cases.map(({ id, availability }) => ({ id, state: availability[organ]?.state }))
    const absent = states.filter(({ state }) => state === 'absent')
    const present = states.filter(({ state }) => state === 'labelled' || state === 'cut')
    if (absent.length === 0 || present.length <= absent.length || split) return []
    const listed = absent.slice(0, 5).map(({ id }) => id)
    const message = `${nameOf(organ)} has no voxel in ${absent.length} of ${absent.length + present.length} cases (${listed.join(', ')}${absent.length > 5 ? ', ...' : ''}), which count as patients without it. If it was not drawn there, say so at its label (--not-drawn ${key}): then it is unlabelled there.`
    return [createFinding('info', 'sometimes-absent', message, { organ })]
  })
}
