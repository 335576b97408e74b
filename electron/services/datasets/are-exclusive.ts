// Which organs cannot share a voxel: all pairs but an organ and its part, and pairs that the vocabulary lets overlap.
import type { Organ, OrganId, Vocabulary } from '../../../contract/organ.ts'

/** True when no organ of one label may share voxels with one of the other. A name outside the vocabulary (a target, an outline) is no part of anything. */
export function areExclusive(labelA: readonly OrganId[], labelB: readonly OrganId[], vocabulary: Vocabulary): boolean {
  const organs = new Map(vocabulary.organs.map((organ) => [organ.id, organ]))
  return labelA.every((a) => labelB.every((b) => excludeEachOther(a, b, organs)))
}

function excludeEachOther(idA: OrganId, idB: OrganId, organs: ReadonlyMap<OrganId, Organ>): boolean {
  if (idA === idB) return false
  const [a, b] = [organs.get(idA), organs.get(idB)]
  if (!a || !b) return true
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
