// What tells whether a dataset is still the one that a run was made with.
import { createHash } from 'node:crypto'
import type { Case } from '../../../contract/case.ts'
import type { Label } from '../../../contract/dataset.ts'
import { steadyNames } from '../../../contract/hashed-patient.ts'
import { valuesOf } from '../../../trainer/imaging/image-source.ts'

/** SHA-256 over the meaning of the labels and the patients, file contents, treatments and settled overlaps of the cases in use; paths do not enter. */
export function fingerprintOf(labels: readonly Label[], cases: readonly Case[]): string {
  const ok = cases.filter((each) => each.status === 'ok')
  const names = steadyNames(ok)
  const used = ok.map((each) => [
    each.id,
    names.get(each.patient),
    each.fileHash,
    ...treatmentsOf(each),
    ...overlapsOf(each),
  ])
  const content = JSON.stringify([labels.map(({ key, organs }) => [key, organs]), used])
  return createHash('sha256').update(content).digest('hex')
}

/** Nothing where nothing is done, so that datasets keep the fingerprint that they had before there were treatments. */
const treatmentsOf = ({ labels }: Case): unknown[] =>
  labels.flatMap((source) => {
    const { split, repair } = source
    const values = valuesOf(source.path)
    const leftOut = source.kind === 'map' && source.leftOut ? [source.leftOut] : []
    const said = [...leftOut, ...(values.length > 0 ? [values] : [])]
    return split || repair || said.length > 0 ? [[split ?? null, repair ?? null, ...said]] : []
  })

/** Nothing where nothing overlaps, and where a voxel is either: so it was before there was a rule. */
const overlapsOf = ({ overlaps = [] }: Case): unknown[] =>
  overlaps.length > 0 ? [overlaps.map(({ keeps, yields }) => [keeps, yields])] : []
