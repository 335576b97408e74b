// Which organs cannot share a voxel: all pairs but an organ and its part, and pairs that the vocabulary lets overlap.
import type { Organ, OrganId, Vocabulary } from '../../../contract/organ.ts'

/** True when no organ of one label may share voxels with one of the other; false for names outside the vocabulary. */
export function areExclusive(labelA: readonly OrganId[], labelB: readonly OrganId[], vocabulary: Vocabulary): boolean {
  const organs = new Map(vocabulary.organs.map((organ) => [organ.id, organ]))
  return labelA.every((a) => labelB.every((b) => excludeEachOther(organs.get(a), organs.get(b), organs)))
}

function excludeEachOther(a: Organ | undefined, b: Organ | undefined, organs: ReadonlyMap<OrganId, Organ>): boolean {
  if (!a || !b || a.id === b.id) return false
  if (a.mayOverlap.includes(b.id) || b.mayOverlap.includes(a.id)) return false
  return !isPartOf(a, b.id, organs) && !isPartOf(b, a.id, organs)
}

/** Directly or through other organs; the vocabulary has no circles. */
function isPartOf(part: Organ, whole: OrganId, organs: ReadonlyMap<OrganId, Organ>): boolean {
  return part.partOf.some((id) => {
    const container = organs.get(id)
    return id === whole || (container !== undefined && isPartOf(container, whole, organs))
  })
}
