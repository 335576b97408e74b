// Whether a label is mapped as it was proposed: the same organs in the same order.
export const sameOrgans = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((organ, at) => organ === b[at])
